"""Messages that no person wrote: our own, read receipts, delivery and abuse reports, absence notes."""

from __future__ import annotations

import re

from cobranza_rules.domain.reply import Classification, ReplyKind
from cobranza_rules.language import _
from cobranza_rules.mail.bounce import read_delivery_report
from cobranza_rules.mail.message import IncomingMessage
from cobranza_rules.mail.words import fold

ABSENCE_SUBJECT = re.compile(
    r"^(respuesta automatica|respuesta (auto|de ausencia)|autorespuesta|auto ?respuesta|fuera de (la )?oficina|ausencia|aviso de ausencia|mensaje automatico"
    r"|automatic reply|auto-?reply|autoreply|auto:|out of (the )?office|ooo\b|on vacation|vacation|vacaciones|estoy de vacaciones|i am (away|out))"
    r"|\b(out of office|fuera de (la )?oficina|respuesta automatica|automatic reply)\b"
)
RECEIPT_SUBJECT = re.compile(r"^(leido|leida|read|visto|no leido|not read|acuse de lectura|confirmacion de lectura|read receipt)\s?:")


def read_automatic(message: IncomingMessage, own_address: str) -> Classification | None:
    """None where a person seems to have written. The order is that of certainty: a read receipt may look like a bounce (RFC 8098)."""
    if message.sender and _plain(message.sender) == _plain(own_address):
        return _classified(ReplyKind.OWN_LOOP, message.sender)
    types = [media_type for media_type, _text in message.report_parts]
    report_type = _report_type(message)
    if "message/disposition-notification" in types or report_type == "disposition-notification":
        return _read_receipt(message)
    if "message/feedback-report" in types or report_type == "feedback-report":
        return Classification(
            ReplyKind.ABUSE_REPORT,
            doubtful=True,
            evidence={"kind": "message/feedback-report"},
            doubts=(_("somebody calls our message abuse"),),
        )
    report = read_delivery_report(message, own_address)
    if report is not None:
        kind, bounce = report
        unclear = kind is ReplyKind.BOUNCE and (bounce is None or not bounce.recipients)
        words = f"{bounce.status} {' '.join(bounce.recipients)}".strip() if bounce else ""
        return Classification(
            kind,
            unclear,
            evidence={"kind": words or message.subject},
            bounce=bounce,
            doubts=(_("it names no recipient"),) if unclear else (),
        )
    sign = _auto_reply_sign(message)
    return _classified(ReplyKind.AUTO_REPLY, sign) if sign else None


def _classified(kind: ReplyKind, evidence: str) -> Classification:
    return Classification(kind, doubtful=False, evidence={"kind": evidence})


def _plain(address: str) -> str:
    """Without the detail of plus addressing (RFC 5233), which names a case and not another mailbox."""
    local, _at, domain = address.lower().partition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _report_type(message: IncomingMessage) -> str:
    match = re.search(r"report-type\s*=\s*\"?([a-z-]+)", message.headers.get("content-type", "").lower())
    return match[1] if match else ""


def _read_receipt(message: IncomingMessage) -> Classification:
    """RFC 8098: displayed proves that a program showed it to somebody, deleted that it was not even shown; neither is an acuse."""
    text = next((text for media_type, text in message.report_parts if media_type == "message/disposition-notification"), "")
    match = re.search(r"(?im)^disposition:\s*(.{1,200})$", text)
    return _classified(ReplyKind.READ_RECEIPT, match[1].strip() if match else message.subject)


def _auto_reply_sign(message: IncomingMessage) -> str:
    """RFC 3834 first, then what servers write instead.

    X-Auto-Response-Suppress is set on absence notes and also on ordinary mail of some systems: it counts only beside another sign.
    """
    headers = message.headers
    submitted = headers.get("auto-submitted", "").split(";")[0].strip().lower()
    if submitted and submitted != "no":
        return f"Auto-Submitted: {submitted}"
    for name in ("x-autoreply", "x-autorespond", "x-autoresponder"):
        if headers.get(name, "no").strip().lower() not in ("no", ""):
            return f"{name}: {headers[name][:60]}"
    if headers.get("precedence", "").strip().lower() in ("auto_reply", "auto-reply"):
        return "Precedence: auto_reply"
    subject = fold(message.subject).strip()
    if RECEIPT_SUBJECT.search(subject) and not message.new_text.strip():
        return message.subject
    answered = re.sub(r"^(re|rv|fw|fwd)\s?:\s?", "", subject)
    suppressed = "x-auto-response-suppress" in headers or headers.get("return-path", "").strip() == "<>"
    if ABSENCE_SUBJECT.search(subject) or (suppressed and ABSENCE_SUBJECT.search(answered)):
        return message.subject
    return ""
