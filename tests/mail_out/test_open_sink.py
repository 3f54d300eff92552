from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from cobranza_rules.config_sections import MailOutSection
from cobranza_rules.mail.adapters import open_sink
from cobranza_rules.mail.maildir_sink import MaildirSink
from cobranza_rules.mail.sink import message_id_of
from cobranza_rules.mail.smtp_sink import SmtpSink
from cobranza_rules.problems import ProblemError


def test_the_default_is_a_folder_of_the_workspace(tmp_path: Path) -> None:
    sink = open_sink(MailOutSection(), tmp_path)
    assert isinstance(sink, MaildirSink)
    assert sorted(path.name for path in (tmp_path / "outgoing-mail").iterdir()) == ["cur", "new", "tmp"]


def test_a_server_with_its_password_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("muy-secreta\n")
    section = MailOutSection(kind="smtp", host="relay.example", user="cobranza", password_file=Path("secret"))
    sink = open_sink(section, tmp_path)
    assert isinstance(sink, SmtpSink)
    assert repr(sink) == "SmtpSink('relay.example', 587, security='starttls')"
    assert vars(sink)["_password"] == SecretStr("muy-secreta")
    assert "muy-secreta" not in repr(vars(sink))


def test_a_server_on_this_machine_may_go_without_encryption(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    for host in ("localhost", "127.0.0.1"):
        section = MailOutSection(kind="smtp", host=host, port=25, security="none", user="cobranza", password_file=Path("secret"))
        assert isinstance(open_sink(section, tmp_path), SmtpSink)


def test_every_wrong_setting_is_told_at_once(tmp_path: Path) -> None:
    section = MailOutSection(kind="smtp", port=0, security="none", user="cobranza", timeout_seconds=0)
    with pytest.raises(ProblemError) as caught:
        open_sink(section, tmp_path)
    assert [str(problem) for problem in caught.value.problems] == [
        "cobranza.toml (mail.out.host): the mail server is not named; set host to the name of the SMTP server",
        "cobranza.toml (mail.out.port): the port must lie between 1 and 65535; 587 is usual with STARTTLS, 465 with TLS",
        "cobranza.toml (mail.out.timeout_seconds): the time limit must be at least one second; 30 is usual",
        "cobranza.toml (mail.out.security): the password would cross the network unencrypted; set security to starttls or tls, or leave user out",
        "cobranza.toml (mail.out.user): the mail server's user has no password; name its source, for instance with password_file",
    ]


def test_an_empty_password_file_is_no_password(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("\n")
    with pytest.raises(ProblemError, match="the mail server's user has no password"):
        open_sink(MailOutSection(kind="smtp", host="relay.example", user="cobranza", password_file=Path("secret")), tmp_path)


def test_a_folder_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "outgoing-mail").write_text("a file is in the way")
    with pytest.raises(ProblemError) as caught:
        open_sink(MailOutSection(), tmp_path)
    assert str(caught.value) == (
        "cobranza.toml (mail.out.path): the folder 'outgoing-mail' for outgoing mail cannot be used: File exists;"
        " make it a folder that may be written"
    )


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b"From: x\r\nMessage-ID: <a@b.example>\r\n\r\n", "a@b.example"),
        (b"message-id:\r\n <a@b.example>\r\n\r\n", "a@b.example"),
        (b"From: x\r\n\r\nMessage-ID: <a@b.example>\r\n", None),
        (b"X-Message-ID: <a@b.example>\r\n\r\n", None),
        (b"", None),
    ],
)
def test_the_id_stands_in_the_header_only(raw: bytes, found: str | None) -> None:
    assert message_id_of(raw) == found
