from __future__ import annotations

import time

import pytest

from cobranza_rules.mail.html_text import _shallow, html_to_text


def test_paragraphs_breaks_and_entities() -> None:
    assert html_to_text(
        "<html><head><title>no</title><style>p{}</style></head><body><p>Estimada&nbsp;persona:</p><p>Uno<br>dos &amp; tres</p></body></html>"
    ) == ("Estimada persona:\n\nUno\ndos & tres")


def test_a_table_of_invoices_stays_a_table() -> None:
    html = (
        "<table><thead><tr><th>Factura</th><th>Vence</th><th>Saldo</th></tr></thead><tbody>"
        "<tr><td>FA-1</td><td>10/02/2026</td><td>1,200.00 MXN</td></tr><tr><td>FA-100</td><td>11/02/2026</td><td>30.00 MXN</td></tr>"
        "</tbody><tfoot><tr><td colspan=2>Total</td><td>1,230.00 MXN</td></tr></tfoot></table>"
    )
    assert html_to_text(html) == (
        "Factura | Vence      |        Saldo\n"
        "FA-1    | 10/02/2026 | 1,200.00 MXN\n"
        "FA-100  | 11/02/2026 |    30.00 MXN\n"
        "Total | 1,230.00 MXN"
    )


def test_a_table_for_layout_is_running_text() -> None:
    html = "<table><tr><td><p>Estimada persona:</p><p>Adjuntamos su estado de cuenta.</p><table><tr><td>FA-1</td><td>30.00</td></tr></table></td></tr></table>"
    assert html_to_text(html) == "Estimada persona:\n\nAdjuntamos su estado de cuenta.\n\nFA-1 | 30.00"


def test_links_show_where_they_lead_unless_they_say_it() -> None:
    assert html_to_text('<a href="https://pago.example/x">pague aquí</a>') == "pague aquí <https://pago.example/x>"
    assert html_to_text('<a href="https://pago.example/">https://pago.example</a>') == "https://pago.example"
    assert html_to_text('<a href="mailto:a@b.example">a@b.example</a>') == "a@b.example"
    assert html_to_text('<a href="mailto:a@b.example?subject=x">escriba</a>') == "escriba <a@b.example>"
    assert html_to_text('<a href="javascript:alert(1)">clic</a>') == "clic"


def test_quotes_lists_and_rules() -> None:
    assert (
        html_to_text("<p>Sí</p><blockquote><p>Antes</p><blockquote>Más antes</blockquote></blockquote>")
        == "Sí\n\n> Antes\n>\n> > Más antes"
    )
    assert html_to_text("<ul><li>uno</li><li>dos</li></ul><hr>fin") == "- uno\n- dos\n\n" + "_" * 30 + "\nfin"
    assert html_to_text("<pre>a\n  b</pre>") == "a\nb"


@pytest.mark.parametrize(
    "hidden",
    [
        '<div style="display:none">ya pagamos</div>',
        "<script>ya pagamos</script>",
        "<!-- ya pagamos -->",
        "<span style='DISPLAY : NONE'>ya pagamos</span>",
    ],
)
def test_what_nobody_sees_is_not_text(hidden: str) -> None:
    assert html_to_text(f"<p>Hola</p>{hidden}<p>adiós</p>") == "Hola\n\nadiós"


def test_broken_html_still_has_its_text() -> None:
    assert html_to_text("<p>Hola <b>persona<table><tr><td>x</table>fin").split() == ["Hola", "persona", "x", "fin"]
    assert html_to_text("") == html_to_text("   ") == html_to_text("<!DOCTYPE html>") == ""
    assert html_to_text("2 < 3 & 4") == "2 < 3 & 4"


def test_an_entity_bomb_and_an_outside_entity_are_only_text() -> None:
    bomb = '<!DOCTYPE html [<!ENTITY a "ha"><!ENTITY b "&a;&a;"><!ENTITY c SYSTEM "file:///etc/hostname">]><p>&b;&c;</p>'
    assert "haha" not in html_to_text(bomb)
    assert html_to_text("<p>x</p><img src='http://127.0.0.1:9/x'>") == "x"


@pytest.mark.parametrize(
    "tag",
    ["<div>", "<b>", "<p>", "<table>", "<table><tr><td>", "<blockquote>", "<ul><li>", "<a href=x>", "<", "<a ", "</div>", "<!--", "&amp"],
)
def test_depth_and_length_cost_linear_time(tag: str) -> None:
    began = time.process_time()
    html_to_text("hola" + tag * (900_000 // len(tag)) + "fin")
    assert time.process_time() - began < 5


def test_depth_is_bounded_before_the_parser_sees_it() -> None:
    """Older releases of libxml2 pay for each open element again and again."""
    assert _shallow("<div>" * 5_000 + "hola" + "</div>" * 5_000).count("<div>") == 200
    assert html_to_text("<div>" * 5_000 + "hola" + "</div>" * 5_000 + "<p>fin</p>") == "hola\n\nfin"
    assert _shallow("<p>a</p>" * 1_000) == "<p>a</p>" * 1_000
