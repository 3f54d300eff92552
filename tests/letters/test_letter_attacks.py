"""Templates and data that try to run code, read files, reach the network or change the document around them."""

from __future__ import annotations

import contextlib
import http.server
import io
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from docx import Document
from jinja2 import TemplateError
from lxml import etree

from cobranza_rules.letters import sandbox
from cobranza_rules.letters.docx_package import MOST_BRACES
from cobranza_rules.letters.fields import fields_of
from cobranza_rules.letters.mail_body import compile_mail
from cobranza_rules.letters.pdf import PdfEngine, WkhtmltopdfEngine, choose_engine
from cobranza_rules.letters.sandbox import LetterEnvironment, render_bounded
from cobranza_rules.letters.template import compile_template
from cobranza_rules.letters.template_folder import TemplateFolder
from cobranza_rules.problems import ProblemError

from .docx_files import changed, docx, parsed, parts_of
from .sample_letters import letter

PAYLOADS = [
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ lipsum.__globals__['os'].environ['HOME'] }}",
    "{{ total.__class__ }}",
    "{{ total['__class__'] }}",
    "{{ lines.append(1) }}",
    "{{ company.clear() }}",
    "{{ total.upper() }}",
    "{{ total|attr('__class__') }}",
    "{{ self.__init__ }}",
    "{% set x = total %}{{ x }}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}",
    "{% macro x() %}{% endmacro %}",
    "{% for i in range(100000000) %}x{% endfor %}",
    "{{ 'a' * 20000000 }}",
    "{{ 2 ** 999999 }}",
    "{% for a in lines %}{% for b in lines %}{% for c in lines %}x{% endfor %}{% endfor %}{% endfor %}",
    "{% for line in lines recursive %}{{ loop(lines) }}{% endfor %}",
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_template_that_does_more_than_print_fields_is_refused_everywhere(payload: str) -> None:
    for content in (docx("a", payload), docx("a", header=payload), docx("a", footer=payload), docx("a", title=payload)):
        with pytest.raises(ProblemError):
            compile_template(content, "t")
    with pytest.raises(ProblemError):
        compile_mail(f"<html><title>x</title><body>{payload}</body></html>".encode(), "t")


@pytest.mark.parametrize("payload", PAYLOADS[:10])
def test_the_sandbox_stops_them_even_unchecked(payload: str) -> None:
    """The check before is one wall; this is the other."""
    fields = fields_of(letter())
    with pytest.raises((ProblemError, TemplateError)):
        render_bounded(LetterEnvironment("<br>").from_string(payload), fields, "t")
    assert fields == fields_of(letter())


def test_what_a_template_writes_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    template = compile_template(docx("{% for a in lines %}{% for b in lines %}{{ company.privacy_notice }}{% endfor %}{% endfor %}"), "t")
    fields = fields_of(letter(count=60))
    monkeypatch.setattr(sandbox, "LARGEST_OUTPUT", 100_000)
    for render in (template.word, template.html):
        with pytest.raises(ProblemError) as caught:
            render(fields)
        assert str(caught.value) == "t: the template writes too much text; check its loops"


def test_how_often_loops_go_round_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such a loop writes nothing, so that nothing else would end it."""
    template = compile_template(docx("{% for a in lines %}{% for b in lines %}{% endfor %}{% endfor %}"), "t")
    monkeypatch.setattr(sandbox, "MOST_ROUNDS", 110)  # 10 and 100
    for render in (template.word, template.html):
        assert render(fields_of(letter(count=10)))
        with pytest.raises(ProblemError) as caught:
            render(fields_of(letter(count=11)))
        assert str(caught.value) == "t: the template goes round in its loops too often; check its loops"


@pytest.mark.parametrize("bomb", ["{", "{{", "{% ", "{# ", "{%p ", "{%tr ", "{% colspan ", "{% cellbg ", "{{ total }}"])
def test_tags_without_an_end_cannot_keep_the_program_busy(bomb: str) -> None:
    """docxtpl's patterns take a time that grows with the square of the braces: 20,000 of them, 37 kB as a file, took minutes."""
    with pytest.raises(ProblemError) as caught:
        compile_template(docx(bomb * 20_000), "t")
    assert str(caught.value) == "t: the part word/document.xml has too many braces; shorten the template"
    started = time.process_time()
    with contextlib.suppress(ProblemError):
        compile_template(docx(bomb * (MOST_BRACES // bomb.count("{"))), "t")
    assert time.process_time() - started < 10


@pytest.mark.parametrize(
    "bomb",
    [
        "{{ " + "(" * 3000 + "total" + ")" * 3000 + " }}",
        "{{ " + " or ".join(["total"] * 1000) + " }}",
        "{{ total" + "|upper" * 1000 + " }}",
        "{{ " + "not " * 1000 + "total }}",
        "{% if draft %}" * 400 + "{% endif %}" * 400,
        "{{ " + "total if draft else " * 500 + "total }}",
    ],
)
def test_tags_as_deep_as_a_stack_are_refused(bomb: str) -> None:
    for content in (docx(bomb), docx("a", header=bomb)):
        with pytest.raises(ProblemError) as caught:
            compile_template(content, "t")
        assert "the tags are nested too deeply; simplify the template" in str(caught.value)
    with pytest.raises(ProblemError) as caught:
        compile_mail(f"<html><title>x</title><body>{bomb}</body></html>".encode(), "t")
    assert "the tags are nested too deeply; simplify the template" in str(caught.value)


MARKUP = "</w:t></w:r></w:p><w:p><w:r><w:t>INYECTADO</w:t></w:r></w:p>"


def test_data_cannot_change_the_document_around_it(templates: TemplateFolder) -> None:
    """Every text of the letter is hostile at once; the document keeps its paragraphs, and the text is all there."""
    plain, hostile = fields_of(letter("statement", count=2)), fields_of(letter("statement", count=2))
    _poison(hostile, f"{MARKUP}<script>alert(1)</script>&amp;{{{{ 7*7 }}}}\"'")
    template = templates.letter("statement", "es")
    before, after = (_paragraph_count(template.word(fields)) for fields in (plain, hostile))
    assert before == after
    assert "INYECTADO" in "".join(parts_of(template.word(hostile))["word/document.xml"].decode())
    page = parsed(template.html(hostile))
    tags = [sum(1 for _one in parsed(template.html(fields)).iter(etree.Element)) for fields in (plain, hostile)]
    assert tags[0] == tags[1]
    assert page.find(".//script") is None
    assert "<script>alert(1)</script>" in page.text_content()
    subject, mail = templates.mail("second-reminder", "es").render(hostile)
    assert parsed(mail).find(".//script") is None
    assert "<script>" in subject  # as text: a subject is no markup


def _poison(value: object, poison: str) -> None:
    """Appends it to every text in place, but those that templates compare or write into properties as dates."""
    entries = list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    for key, entry in entries:
        if isinstance(entry, str) and entry and key not in ("language", "date_iso"):
            value[key] = entry + poison  # type: ignore[index]  # a dict or a list, as seen above
        _poison(entry, poison)


def _paragraph_count(content: bytes) -> int:
    body = Document(io.BytesIO(content)).element.body
    return len(list(body.iter("{*}p")))


def test_links_to_the_outside_are_refused() -> None:
    """Word fetches them when the customer opens the letter."""
    link = (
        b'<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" '
        b'Target="http://198.51.100.1/x.dotm" TargetMode="External"/></Relationships>'
    )
    content = changed(docx("a"), "word/_rels/document.xml.rels", lambda xml: xml.replace(b"</Relationships>", link))
    with pytest.raises(ProblemError) as caught:
        compile_template(content, "t")
    assert (
        str(caught.value)
        == "t: the template links to the outside: attachedTemplate http://198.51.100.1/x.dotm; embed it, or remove the link"
    )


def test_entities_are_refused() -> None:
    bomb = b'<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    content = changed(docx("a"), "word/document.xml", lambda xml: xml.replace(b"?>", b"?>" + bomb, 1))
    with pytest.raises(ProblemError) as caught:
        compile_template(content, "t")
    assert str(caught.value) == "t: the part word/document.xml declares entities; save the document anew in Word"


class Trap(http.server.BaseHTTPRequestHandler):
    hits: list[str]

    def do_GET(self) -> None:
        self.hits.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<p>INTERNALPAGE</p>")

    do_CONNECT = do_GET  # noqa: N815 (the name that http.server looks for)

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def trap() -> Iterator[tuple[str, list[str]]]:
    hits: list[str] = []
    handler = type("Handler", (Trap,), {"hits": hits})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", hits
    server.shutdown()
    server.server_close()
    thread.join()


def engines() -> list[PdfEngine]:
    """Those of this system: Debian 13 has no wkhtmltopdf, and then there is nothing of it to attack."""
    wkhtmltopdf = [choose_engine("wkhtmltopdf")] if shutil.which("wkhtmltopdf") else []
    return [*wkhtmltopdf, choose_engine("weasyprint")]


FILE_ATTACKS = [
    '<meta name="pdfkit-enable-local-file-access" content=""><iframe src="{file}" width="500"></iframe>',
    '<link rel="attachment" href="{file}">',
    '<iframe src="{file}" width="500"></iframe>',
    '<object data="{file}" type="text/plain"></object>',
    '<embed src="{file}" type="text/plain">',
    '<img src="{file}">',
    '<meta http-equiv="refresh" content="0;url={file}">',
    '<script>document.location="{file}"</script>',
]
NETWORK_ATTACKS = [
    '<meta name="pdfkit-user-style-sheet" content="{address}/a.css">',
    '<meta http-equiv="refresh" content="0;url={address}/meta">',
    '<link rel="stylesheet" href="{address}/a.css">',
    "<style>@import url({address}/b.css); body{{background:url({address}/bg.png)}} @font-face{{font-family:x;src:url({address}/f)}}</style>",
    '<p style="font-family:x"><img src="{address}/i.png"></p>',
    '<iframe src="{address}/frame"></iframe><object data="{address}/o"></object><embed src="{address}/e">',
    '<script>new Image().src="{address}/js"</script>',
]


@pytest.mark.parametrize("engine", engines(), ids=lambda engine: engine.name)
def test_no_engine_reads_files_whatever_the_html_says(engine: PdfEngine, tmp_path: Path) -> None:
    """The worst case: markup came through unescaped. The meta element is CVE-2025-26240. An engine may also refuse to make a PDF of it."""
    secret = tmp_path / "secret.txt"
    secret.write_text("TOPSECRET")
    for attack in FILE_ATTACKS:
        body = f"<p>inicio</p>{attack.format(file=secret.as_uri())}<p>fin</p>"
        try:
            pdf = engine.render(f"<!DOCTYPE html><html><head></head><body>{body}</body></html>")
        except ProblemError:
            continue
        text = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
        assert text.split() == ["inicio", "fin"], attack
        assert b"EmbeddedFile" not in pdf, attack


@pytest.mark.parametrize("engine", engines(), ids=lambda engine: engine.name)
@pytest.mark.parametrize("attack", NETWORK_ATTACKS)
def test_no_engine_reaches_the_network_whatever_the_html_says(engine: PdfEngine, attack: str, trap: tuple[str, list[str]]) -> None:
    """CVE-2022-35583. An engine may also refuse to make a PDF of it."""
    address, hits = trap
    html = f"<!DOCTYPE html><html><head></head><body><p>inicio</p>{attack.format(address=address)}</body></html>"
    with contextlib.suppress(ProblemError):
        assert engine.render(html).startswith(b"%PDF-")
    assert hits == []


@pytest.mark.parametrize("engine", engines(), ids=lambda engine: engine.name)
def test_a_script_that_never_ends_is_not_begun(engine: PdfEngine) -> None:
    started = time.monotonic()
    html = "<!DOCTYPE html><html><head></head><body><p>inicio</p><script>while(1){}</script><p onclick='x()'>fin</p></body></html>"
    text = subprocess.run(["pdftotext", "-", "-"], input=engine.render(html), capture_output=True, check=True).stdout.decode()
    assert text.split() == ["inicio", "fin"]
    assert time.monotonic() - started < 30


@pytest.mark.parametrize("engine", engines(), ids=lambda engine: engine.name)
def test_a_letter_cannot_read_the_one_before_it(engine: PdfEngine) -> None:
    """Letters lie one after the other in the same folder while they are printed."""
    engine.render("<!DOCTYPE html><html><head></head><body>CONFIDENCIAL</body></html>")
    for name in ("letter.html", "letter.pdf", "./letter.pdf"):
        html = f'<!DOCTYPE html><html><head></head><body>fin<iframe src="{name}"></iframe><img src="{name}"></body></html>'
        try:
            pdf = engine.render(html)
        except ProblemError:
            continue
        assert "CONFIDENCIAL" not in subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()


def test_what_a_letter_would_fetch_refuses_it_and_no_other(trap: tuple[str, list[str]]) -> None:
    if shutil.which("wkhtmltopdf") is None:
        pytest.skip("wkhtmltopdf is not packaged on this system")
    address, hits = trap
    engine = choose_engine("wkhtmltopdf")
    good = "<!DOCTYPE html><html><head></head><body>bien</body></html>"
    assert engine.render(good) == engine.render(good)
    with pytest.raises(ProblemError) as caught:
        engine.render(f'<!DOCTYPE html><html><head></head><body><img src="{address}/i.png"></body></html>')
    assert str(caught.value) == f"the letter fetches something: Failed to load {address}/i.png; embed it in the template, or remove it"
    assert engine.render(good).startswith(b"%PDF-")
    assert hits == []
    engine.close()


def test_the_trap_itself_works(trap: tuple[str, list[str]], tmp_path: Path) -> None:
    """Without the safe options the same program does reach file and network; else the tests above could not fail."""
    address, hits = trap
    secret = tmp_path / "secret.txt"
    secret.write_text("TOPSECRET")
    if shutil.which("wkhtmltopdf") is None:
        pytest.skip("wkhtmltopdf is not packaged on this system")
    engine = choose_engine("wkhtmltopdf")
    assert isinstance(engine, WkhtmltopdfEngine)
    html = f'<img src="{address}/reached"><iframe src="{secret.as_uri()}" width="500"></iframe>'
    done = subprocess.run(
        [engine.program, "-q", "--enable-local-file-access", "-", "-"], input=html.encode(), capture_output=True, check=True, timeout=60
    )
    assert hits == ["/reached"]
    assert "TOPSECRET" in subprocess.run(["pdftotext", "-", "-"], input=done.stdout, capture_output=True, check=True).stdout.decode()
