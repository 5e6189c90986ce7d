"""The key receipts are kept under: there whole, or said to be broken."""

import os
from pathlib import Path

import pytest

from bot.opening import KEY_BYTES, receipt_key
from deeds.errors import NotPossible
from digests.papers import DRAFT, sweep_drafts


def test_it_is_made_once_and_closed_to_others(tmp_path: Path) -> None:
    """Whoever starts next reads the same; nothing half-written lies beside it."""
    made = receipt_key(tmp_path)
    assert len(made) == KEY_BYTES
    assert receipt_key(tmp_path) == made
    assert os.listdir(tmp_path) == ["receipt.key"]
    assert (tmp_path / "receipt.key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("bytes_left", [0, 7])
def test_a_file_that_is_not_whole_is_no_key(tmp_path: Path, bytes_left: int) -> None:
    """A full disk or a bad copy left part of it: every receipt would be unreadable, and nobody would know why."""
    (tmp_path / "receipt.key").write_bytes(b"k" * bytes_left)
    with pytest.raises(NotPossible, match="receipt") as refused:
        receipt_key(tmp_path)
    assert "bản sao lưu" in refused.value.sentence


def test_a_start_that_cannot_write_it_leaves_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full at the first start: the next one makes it."""

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        receipt_key(tmp_path)
    assert os.listdir(tmp_path) == []
    monkeypatch.undo()
    assert len(receipt_key(tmp_path)) == KEY_BYTES


def test_where_receipts_were_given_out_none_is_made_anew(tmp_path: Path) -> None:
    """A folder restored without it: said at the start, not when every receipt is unknown."""
    with pytest.raises(NotPossible, match="gone"):
        receipt_key(tmp_path, is_owed=True)
    assert os.listdir(tmp_path) == []


def test_drafts_cut_short_are_swept_at_the_start(tmp_path: Path) -> None:
    """The process died while one was built; names stand in it."""
    left = tmp_path / f"{DRAFT}abc"
    left.mkdir()
    (left / "van-ban-2026-11-du-thao.pdf").write_bytes(b"%PDF")
    (tmp_path / "papers").mkdir()
    sweep_drafts(tmp_path)
    assert os.listdir(tmp_path) == ["papers"]
