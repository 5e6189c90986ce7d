"""Sizes, margins and gaps of the paper, each beside the place in Nghị định 30/2020/NĐ-CP it comes from.

Article numbers are those of Phụ lục I, Phần I of the decree ("Mục II.1" = Mục II, khoản 1). Sizes are points, lengths
millimetres. The two writers (Word, PDF) take every number from here, so both look the same.
"""

from dataclasses import dataclass

FONT = "Times New Roman"  # Mục I.4: the name written into Word files, whatever draws them
PDF_FONT = "Liberation Serif"  # drawn in its place in the PDF: same widths, may be shipped (SIL OFL)

PAGE_SHORT_MM, PAGE_LONG_MM = 210.0, 297.0  # Mục I.1: A4
MARGIN_TOP_MM = MARGIN_BOTTOM_MM = 20.0  # Mục I.3: 20-25
MARGIN_LEFT_MM = 30.0  # Mục I.3: 30-35
MARGIN_RIGHT_MM = 15.0  # Mục I.3: 15-20
PAGE_NUMBER_FROM_TOP_MM = 10.0  # Mục I.7: inside the top margin
PAGE_NUMBER_PT = 13.0  # Mục I.7: 13-14, upright, centred, not on page 1
LIST_WIDTH_MM = PAGE_LONG_MM - MARGIN_LEFT_MM - MARGIN_RIGHT_MM

HEADER_LEFT_MM, HEADER_RIGHT_MM = 66.0, 99.0  # Mục IV (diagram): two columns; the right one holds Quốc hiệu at 13 pt
SIGNATURE_LEFT_MM, SIGNATURE_RIGHT_MM = 75.0, 90.0  # Mục IV (diagram): boxes 9b and 7

NATIONAL_NAME_PT = 13.0  # Mục II.1: 12-13, capitals, bold
MOTTO_PT = 14.0  # Mục II.1: 13-14, bold; the rule below is as long as the text
ISSUER_PT = 13.0  # Mục II.2: 12-13, capitals, bold; a superior body above it is not bold
ISSUER_RULE_SHARE = 0.4  # Mục II.2: the rule below is 1/3 to 1/2 of the text
NUMBER_PT = 13.0  # Mục II.3: 13, upright
PLACE_DATE_PT = 14.0  # Mục II.4: 13-14, italic
SUBJECT_PT = 12.0  # Mục II.5: V/v of an official letter, 12-13, upright, under the number
SUBJECT_BEFORE_PT = 6.0  # Mục II.5: 6 pt below the number
BODY_PT = 14.0  # Mục II.6: 13-14
FIRST_LINE_MM = 12.7  # Mục II.6: 1 cm or 1.27 cm
LINE_SPACING = 1.15  # Mục II.6: single to 1.5
PARAGRAPH_BEFORE_PT = PARAGRAPH_AFTER_PT = 3.0  # Mục II.6: at least 6 pt between paragraphs (3 after + 3 before)
SIGNER_PT = 14.0  # Mục II.7: 13-14, bold
KEPT_WITH_SIGNATURE = 2  # paragraphs that go to the next page together with the signature
SIGNATURE_ROOM_PT = 72.0  # Mục II.8: room for the signature image and the seal
RECIPIENTS_LABEL_PT = 12.0  # Mục II.9: 12, bold italic
RECIPIENTS_PT = 11.0  # Mục II.9: 11, upright
ANNEX_LABEL_PT = 14.0  # Mục III.1: 14, bold, centred
ANNEX_TITLE_PT = 14.0  # Mục III.1: 13-14, capitals, bold
ANNEX_REFERENCE_PT = 14.0  # Mục III.1: 13-14, italic
TABLE_PT = 11.0  # no rule in the decree for cells; ten columns need it
WHOLE_ROW_LINES = 15  # a row of the list this low is never split over two pages
CAPTION_PT = 13.0
RULE_PT = 0.75  # a solid thin line

PHOTO_WIDTH_MM, PHOTO_HEIGHT_MM = 80.0, 60.0  # the usual 8 x 6 cm box beside a summary

ADDRESSEES_LEFT_MM = 30.0  # Mục II.9: dashes stand under the colon, the block near the middle of the page
CENTRED_COLUMNS = (0, 2)  # running number and year of birth
COLUMN_WIDTHS_MM = (9.0, 30.0, 13.0, 31.0, 22.0, 52.0, 27.0, 26.0, 25.0, 17.0)


@dataclass(frozen=True)
class Type:
    """How one part is set."""

    size_pt: float
    bold: bool = False
    italic: bool = False


NATIONAL_NAME = Type(NATIONAL_NAME_PT, bold=True)
MOTTO = Type(MOTTO_PT, bold=True)
SUPERIOR = Type(ISSUER_PT)
ISSUER = Type(ISSUER_PT, bold=True)
NUMBER = Type(NUMBER_PT)
PLACE_DATE = Type(PLACE_DATE_PT, italic=True)
SUBJECT = Type(SUBJECT_PT)
DRAFT_MARK = Type(NUMBER_PT, bold=True)
BODY = Type(BODY_PT)
HEADING = Type(BODY_PT, bold=True)
SIGNER = Type(SIGNER_PT, bold=True)
RECIPIENTS_LABEL = Type(RECIPIENTS_LABEL_PT, bold=True, italic=True)
RECIPIENTS = Type(RECIPIENTS_PT)
ANNEX_LABEL = Type(ANNEX_LABEL_PT, bold=True)
ANNEX_TITLE = Type(ANNEX_TITLE_PT, bold=True)
ANNEX_REFERENCE = Type(ANNEX_REFERENCE_PT, italic=True)
TABLE = Type(TABLE_PT)
TABLE_HEAD = Type(TABLE_PT, bold=True)
TABLE_SECTION = Type(TABLE_PT, bold=True, italic=True)
CAPTION = Type(CAPTION_PT, italic=True)
PAGE_NUMBER = Type(PAGE_NUMBER_PT)
