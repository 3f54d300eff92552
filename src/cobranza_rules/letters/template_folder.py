"""The folder of templates: `letters/NAME.LANGUAGE.docx`, `mail/NAME.LANGUAGE.html`, `notices/NAME.LANGUAGE.html`, compiled when first needed."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from cobranza_rules.domain.company import NO_PICTURES, Pictures
from cobranza_rules.facts.vocabulary import Scope
from cobranza_rules.language import Sentence, _
from cobranza_rules.letters.field_catalogue import BY_SCOPE, OF_ANY, Subject, TemplateField
from cobranza_rules.letters.mail_body import MailTemplate, compile_mail
from cobranza_rules.letters.notice_catalogue import NOTICE_BY_NAME
from cobranza_rules.letters.packet_catalogue import PACKET_BY_NAME, PACKET_TEMPLATES
from cobranza_rules.letters.packet_mail import PACKET_MAIL_BY_NAME, PACKET_NOTICES
from cobranza_rules.letters.placed_pictures import with_pictures
from cobranza_rules.letters.request_notice import REQUEST_BY_NAME, REQUEST_NOTICES
from cobranza_rules.letters.template import CompiledTemplate, compile_template
from cobranza_rules.problems import Problem, ProblemError
from cobranza_rules.rules.model import StepKind

_NAME = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")
_LANGUAGE = re.compile(r"^[a-z]{2}$")


class TemplateFolder:
    """A file that changed on the disk is compiled anew, one that did not is compiled once in a process: what counts are its bytes."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def letter(self, name: str, language: str, scope: Subject = Scope.INVOICE, pictures: Pictures = NO_PICTURES) -> CompiledTemplate:
        """For a rule of that scope, with these pictures in it. Raises ProblemError where there is no such template, or where it is not fit for use."""
        found = self._letter(name, language, pictures)
        _must_fit(found, scope)
        return found

    def fitting(self, name: str, language: str) -> tuple[CompiledTemplate, Subject]:
        """A letter and the first scope whose documents have all that it names. Raises ProblemError, also where no scope's do."""
        found = self._letter(name, language)
        scope = next((scope for scope, known in BY_SCOPE.items() if found.named <= known.keys()), None)
        if scope is None:
            named = ", ".join(sorted(found.named - frozenset.intersection(*map(frozenset, BY_SCOPE.values()))))
            what = _("no document has all of the fields that the template names: {fields}", fields=named)
            raise ProblemError([Problem(what, _("docs/letters.md says which of them belong together"), found.name)])
        return found, scope

    def packet(self, name: str, language: str, pictures: Pictures = NO_PICTURES) -> CompiledTemplate:
        """The cover or the index of a packet. Raises ProblemError where there is no such template, or where it is not fit for use."""
        return self._letter(name, language, pictures)

    def _letter(self, name: str, language: str, pictures: Pictures = NO_PICTURES) -> CompiledTemplate:
        file, content = self._read("letters", "docx", name, language)
        return _compiled_letter(file, content, pictures, packet=name in PACKET_TEMPLATES)

    def letter_file(self, name: str, language: str) -> tuple[str, bytes]:
        """What the file is called, and its bytes. Raises ProblemError where there is none."""
        return self._read("letters", "docx", name, language)

    def mail(self, name: str, language: str, scope: Subject = Scope.INVOICE) -> MailTemplate:
        """For a rule of that scope. Raises ProblemError where there is no such template, or where it is not fit for use."""
        found = self._mail(name, language)
        _must_fit(found, scope)
        return found

    def _mail(self, name: str, language: str) -> MailTemplate:
        return _compiled_page(*self._read("mail", "html", name, language), "")

    def notice(self, name: str, language: str) -> MailTemplate:
        """Raises ProblemError where there is no such template, or where it is not fit for use."""
        return _compiled_page(*self._read("notices", "html", name, language), name)

    def digest(self, name: str, language: str) -> str:
        """Names the present bytes of the letter and of the mail of one name, whichever there are: what was agreed to rests on them."""
        files = (self.root / "letters" / f"{name}.{language}.docx", self.root / "mail" / f"{name}.{language}.html")
        return hashlib.sha256(b"|".join(file.read_bytes() for file in files if file.is_file())).hexdigest()

    def letters(self) -> dict[str, frozenset[str]]:
        """The languages in which each letter is there, by its name; those of mails and notices alike. Pages of packets are no letters."""
        return {name: languages for name, languages in self._languages("letters", "docx").items() if name not in PACKET_TEMPLATES}

    def packet_pages(self) -> dict[str, frozenset[str]]:
        return {name: languages for name, languages in self._languages("letters", "docx").items() if name in PACKET_TEMPLATES}

    def mails(self) -> dict[str, frozenset[str]]:
        return self._languages("mail", "html")

    def notices(self) -> dict[str, frozenset[str]]:
        """Those that rules may name: the program's own, about billing requests and packets, are none of them."""
        own = REQUEST_NOTICES | PACKET_NOTICES
        return {name: languages for name, languages in self._languages("notices", "html").items() if name not in own}

    def unfit(self, kind: StepKind, name: str, scope: Subject) -> Iterator[Sentence]:
        """What a template, in any language, names that a rule of that scope does not know. What is wrong with it otherwise is not said here."""
        folder, suffix, compiled = ("letters", "docx", self._letter) if kind is StepKind.LETTER else ("mail", "html", self._mail)
        for language in [language for found, language in self._found(folder, suffix) if found == name]:
            with contextlib.suppress(ProblemError):
                yield from _unknown(compiled(name, language), scope)

    def problems(self) -> list[Problem]:
        """Everything that is wrong with any template of the folder, for `doctor` and `rules check`."""
        found: list[Problem] = []
        for kind, suffix, compiled in (("letters", "docx", self._letter), ("mail", "html", self._mail), ("notices", "html", self.notice)):
            for name, language in self._found(kind, suffix):
                try:
                    compiled(name, language)
                except ProblemError as error:
                    found.extend(error.problems)
        return found

    def _languages(self, kind: str, suffix: str) -> dict[str, frozenset[str]]:
        found = self._found(kind, suffix)
        return {name: frozenset(language for each, language in found if each == name) for name, _language in found}

    def _found(self, kind: str, suffix: str) -> list[tuple[str, str]]:
        """Names and languages. Word's own lock files (`~$name.docx`) do not match."""
        pairs = []
        for path in sorted((self.root / kind).glob(f"*.*.{suffix}")):
            name, _dot, language = path.name.removesuffix(f".{suffix}").rpartition(".")
            if _NAME.match(name) and _LANGUAGE.match(language):
                pairs.append((name, language))
        return pairs

    def _read(self, kind: str, suffix: str, name: str, language: str) -> tuple[str, bytes]:
        """A name from a rule must never lead out of the folder."""
        file = f"{kind}/{name}.{language}.{suffix}"
        if _NAME.match(name) and _LANGUAGE.match(language):
            try:
                return file, (self.root / file).read_bytes()
            except OSError as error:
                if not isinstance(error, FileNotFoundError):
                    detail = _("the template cannot be read: {detail}", detail=error.strerror or "")
                    raise ProblemError([Problem(detail, _("check the permissions of the file"), file)]) from None
        there = ", ".join(f"{known}.{tongue}" for known, tongue in self._found(kind, suffix))
        hint: Sentence = (
            _("there are: {names}", names=there) if there else _("the folder {folder} holds no templates", folder=str(self.root / kind))
        )
        raise ProblemError([Problem(_("there is no template '{name}' in '{language}'", name=name, language=language), hint, file)])


@lru_cache(maxsize=256)
def _compiled_letter(file: str, content: bytes, pictures: Pictures, *, packet: bool) -> CompiledTemplate:
    compiled = compile_template(with_pictures(content, pictures, file), file, PACKET_BY_NAME if packet else OF_ANY)
    return replace(compiled, digest=hashlib.sha256(content).hexdigest())


@lru_cache(maxsize=256)
def _compiled_page(file: str, content: bytes, notice: str) -> MailTemplate:
    """`notice` is the name of one, "" of a mail to customers."""
    return compile_mail(content, file, _fields_of(notice))


def _fields_of(notice: str) -> Mapping[str, TemplateField]:
    if not notice:
        return OF_ANY
    if notice in PACKET_NOTICES:
        return PACKET_MAIL_BY_NAME
    return REQUEST_BY_NAME if notice in REQUEST_NOTICES else NOTICE_BY_NAME


def _unknown(template: CompiledTemplate | MailTemplate, scope: Subject) -> list[Sentence]:
    unknown = sorted(template.named - BY_SCOPE[scope].keys())
    what = _(
        "{file} names {fields}, of which 'for: {scope}' knows nothing", file=template.name, fields=", ".join(unknown), scope=scope.value
    )
    return [what] if unknown else []


def _must_fit(template: CompiledTemplate | MailTemplate, scope: Subject) -> None:
    if unknown := _unknown(template, scope):
        raise ProblemError([Problem(what, _("docs/letters.md lists the fields")) for what in unknown])
