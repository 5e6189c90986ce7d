"""What the people of the campaigns tell, one message after the other, without waiting to read what is asked."""

STORY = "Sáng 20/11/2026 chị Nguyễn Thị Hoa ở thôn Đông nhặt được ví của người thứ {} đánh rơi và đem trả tận nhà."
ANSWERS = ("thôn Đông", "gửi đi")
"""Where; and that it shall be sent, in words: a number typed before its question can be read agrees to nothing."""
MESSAGES = 1 + len(ANSWERS)
"""How many that are."""
