"""The body of a mail: an HTML page with the same tags as a letter, whose title is the subject."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from jinja2 import Template
from lxml import etree
from lxml import html as lxml_html

from cobranza_rules.language import Sentence, _
from cobranza_rules.letters.field_catalogue import BY_NAME
from cobranza_rules.letters.sandbox import LetterEnvironment, render_bounded
from cobranza_rules.letters.template_check import check_source, fields_named
from cobranza_rules.letters.template_field import TemplateField
from cobranza_rules.problems import Problem, ProblemError

ENVIRONMENT = LetterEnvironment("<br>")
LARGEST_TEMPLATE = 500_000  # Characters
LONGEST_SUBJECT = 200  # Characters; mail programs show about a third of it.
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL | re.IGNORECASE)
_MARKUP = re.compile(r"<[^>]*>")
# What mail programs block, or what fetches something from outside when the mail is opened.
_FORBIDDEN = frozenset({"script", "iframe", "object", "embed", "link", "form", "base", "img", "svg", "video", "audio", "input", "button"})
_REMOTE_STYLE = re.compile(r"url\s*\(|@import|expression\s*\(", re.IGNORECASE)
_SAFE_ADDRESS = re.compile(r"^(https://|mailto:|tel:|\{\{)", re.IGNORECASE)


@dataclass(frozen=True)
class MailTemplate:
    """`digest` is the SHA-256 of the template, for the case file. `named` are its fields."""

    name: str
    digest: str
    template: Template
    named: frozenset[str] = frozenset()

    def render(self, fields: dict[str, Any]) -> tuple[str, str]:
        """Subject and HTML. The subject is one line without markup. Raises ProblemError."""
        page = render_bounded(self.template, fields, self.name)
        title = _TITLE.search(page)
        subject = " ".join(html.unescape(_MARKUP.sub(" ", title[1] if title else "")).split())
        if not subject:
            raise ProblemError([Problem(_("the subject is empty"), _("write it between <title> and </title>"), self.name)])
        return subject[:LONGEST_SUBJECT], page


def compile_mail(content: bytes, name: str, fields: Mapping[str, TemplateField] = BY_NAME) -> MailTemplate:
    """`fields` are those that it may name. Raises ProblemError with every unknown field, every tag that is not well written and everything that a mail must not hold."""
    try:
        source = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ProblemError([Problem(_("the file is not UTF-8 text"), _("save it as UTF-8"), name)]) from None
    if len(source) > LARGEST_TEMPLATE:
        raise ProblemError([Problem(_("the template is larger than {limit} characters", limit=LARGEST_TEMPLATE), _("shorten it"), name)])
    problems = [Problem(finding.what, finding.hint, name, finding.line) for finding in check_source(source, ENVIRONMENT, fields)]
    problems += _content_problems(source, name)
    if problems:
        raise ProblemError(problems)
    return MailTemplate(name, hashlib.sha256(content).hexdigest(), ENVIRONMENT.from_string(source), fields_named(source, ENVIRONMENT))


def _content_problems(source: str, name: str) -> list[Problem]:
    problems = []
    if _TITLE.search(source) is None:
        problems.append(Problem(_("the mail has no subject"), _("write it between <title> and </title>"), name))
    try:
        tree = lxml_html.document_fromstring(source.encode(), parser=lxml_html.HTMLParser(encoding="utf-8", no_network=True))
    except etree.ParserError:
        return [*problems, Problem(_("the mail has no text"), _("write its text as HTML"), name)]
    for element in tree.iter(etree.Element):
        line = cast("int | None", element.sourceline) or 0  # The stubs leave its type open.
        problems += [Problem(what, hint, name, line) for what, hint in _element_problems(element)]
    return problems


def _element_problems(element: etree._Element) -> list[tuple[Sentence, Sentence]]:
    tag = str(element.tag)
    found = []
    if tag in _FORBIDDEN or (tag == "meta" and element.get("http-equiv")):
        found.append((_("a mail must not hold <{tag}>", tag=tag), _("use text, tables and links only; pictures are blocked or tracked")))
    if _REMOTE_STYLE.search(element.get("style") or "") or (tag == "style" and _REMOTE_STYLE.search(element.text or "")):
        found.append((_("a style fetches something from outside"), _("use colours, borders and fonts only")))
    for name, value in element.attrib.items():
        attribute = str(name).lower()
        if attribute.startswith("on") or attribute in ("src", "background"):
            found.append((_("a mail must not hold the attribute {name}", name=attribute), _("remove it")))
        elif attribute == "href" and not _SAFE_ADDRESS.match(str(value).strip()):
            found.append((_("a link leads to '{address}'", address=value), _("links begin with https://, mailto: or tel:")))
    return found
