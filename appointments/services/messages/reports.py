"""Reports of delivery, as mail servers write them (RFC 3464): what they tell, and about which mail."""

from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message

LARGEST = 1_000_000
FAILED, FOR_GOOD = "failed", "5."
RECIPIENTS = ("Delivered-To", "X-Original-To", "Envelope-To", "To")
# What a mail of ours carries: the second is kept by servers that drop what they do not know.
MARKED = ("X-Portal-Message", "Message-ID")


def tells_of_failure(mail: bytes) -> bool:
    """Whether this is a report that a mail will never arrive; a delay is none, nor is anything else."""
    report = _read(mail)
    is_report = report.get_content_type() == "multipart/report"
    return is_report and any(_is_failure(block) for block in _delivery_blocks(report))


def marked_texts(mail: bytes) -> Iterator[str]:
    """Where the mark of our mail may stand: in the address the report came to, or in the mail it returns."""
    report = _read(mail)
    for name in RECIPIENTS:
        yield from (str(value) for value in report.get_all(name, []))
    for part in report.walk():
        if part.get_content_type() in {"message/rfc822", "text/rfc822-headers"}:
            yield from _marks_in(part)


def _read(mail: bytes) -> Message:
    return message_from_bytes(mail[:LARGEST])


def _delivery_blocks(report: Message) -> Iterator[Message]:
    for part in report.walk():
        if part.get_content_type() == "message/delivery-status":
            payload = part.get_payload()
            yield from (block for block in payload if isinstance(block, Message)) if isinstance(payload, list) else ()


def _is_failure(block: Message) -> bool:
    action, status = (str(block.get(name, "")).strip().lower() for name in ("Action", "Status"))
    return action == FAILED and status.startswith(FOR_GOOD)


def _marks_in(part: Message) -> Iterator[str]:
    payload = part.get_payload()
    inner = payload[0] if isinstance(payload, list) and payload else message_from_bytes(_bytes_of(part))
    if isinstance(inner, Message):
        yield from (str(value) for name in MARKED for value in inner.get_all(name, []))


def _bytes_of(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""
