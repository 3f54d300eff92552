"""The head of the chain goes out once a day, and what was mailed shows later that the whole chain was written anew."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import TypeAdapter

from cobranza_rules.casefile.chain import event_hash
from cobranza_rules.casefile.kept_heads import KeptHeads, heads_of
from cobranza_rules.casefile.verifying import verify
from cobranza_rules.casefile.writer import body_of
from cobranza_rules.config_evidence import EvidenceSection
from cobranza_rules.dispatch.head_notices import head_of, send_heads
from cobranza_rules.problems import ProblemError
from cobranza_rules.store.tables import CaseEventRow
from tests.dispatch.test_internal_mail import mails
from tests.stories.desk import Desk

NOTARY = "notaria@externa.example"


def test_it_goes_once_a_day_and_convicts_who_writes_the_chain_anew(desk: Desk, tmp_path: Path) -> None:
    evidence = TypeAdapter(EvidenceSection).validate_python({"heads_to": [NOTARY]})
    desk.workspace.settings = desk.workspace.settings.model_copy(update={"evidence": evidence})
    workspace = desk.workspace
    with workspace.database.reading() as session:
        seq, digest = head_of(session) or (0, "")
    assert send_heads(workspace) == {NOTARY: "sent"}
    assert send_heads(workspace) == {}
    (mail,) = [each for each in mails(desk) if each["To"] == NOTARY]
    file = tmp_path / "head.eml"
    file.write_bytes(mail.as_bytes())
    kept = heads_of([str(file)])
    assert kept == KeptHeads({seq: digest})
    with workspace.database.writing() as session:
        assert verify(session, workspace.archive, kept).intact
        previous = "0" * 64
        for row in session.query(CaseEventRow).order_by(CaseEventRow.seq):
            row.data = {**row.data, "forged": 1}
            row.previous, row.hash = previous, event_hash(previous, body_of(row))
            previous = row.hash
        session.flush()
        said = f"event {seq} has another hash than the one kept outside ({digest}): it, or one before it, was written anew"
        assert said in [str(each.what) for each in verify(session, None, kept).findings]
        unknown = f"no event has the hash {digest} that was kept outside: the end is cut off, or all was written anew"
        assert unknown in [str(each.what) for each in verify(session, None, heads_of([digest])).findings]


def test_what_tells_no_head_is_refused(tmp_path: Path) -> None:
    empty, one, other = (tmp_path / name for name in ("empty.txt", "one.txt", "other.txt"))
    empty.write_text("nothing\n", encoding="utf-8")
    one.write_text(f"cobranza-head 2026-03-02 7 {'a' * 64}\n", encoding="utf-8")
    other.write_text(f"cobranza-head 2026-03-02 7 {'b' * 64}\n", encoding="utf-8")
    with pytest.raises(ProblemError) as caught:
        heads_of([str(empty), str(one), str(other), str(tmp_path / "none")])
    assert [str(problem.what) for problem in caught.value.problems] == [
        "no hash of a head stands in it",
        "two different hashes were kept of event 7",
        "it is neither a hash nor a file that can be read: No such file or directory",
    ]
