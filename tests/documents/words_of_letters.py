"""What a page of HTML says, without its markup: to compare wordings."""

import html
import re

BLOCKS = re.compile(
    r"</?(?:p|h\d|li|ul|ol|tr|td|th|table|caption|div|br|thead|tbody|tfoot|body|img|head|title)\b[^>]*>"
)
TAGS = re.compile(r"<[^>]+>")
PUNCTUATION = re.compile(r" +(?=[,.)])")


def words(page):
    text = TAGS.sub("", BLOCKS.sub(" ", page.partition("<body>")[2]))
    text = " ".join(html.unescape(text).replace("\u00a0", " ").split())
    return PUNCTUATION.sub("", text)
