"""Mutt in a terminal of its own (tmux), driven by keys; what stands on its screen as text and as a picture."""

from __future__ import annotations

import shlex
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

COLUMNS, LINES = 120, 30
FONT = "/usr/share/fonts/truetype/liberation/LiberationMono-Regular.ttf"
SIZE = 18
RC = """\
set folder = "imap://127.0.0.1:{imap}/"
set imap_user = "{user}"
set imap_pass = "{password}"
set spoolfile = "+INBOX"
set record = "+INBOX"
set smtp_url = "smtp://{user}@127.0.0.1:{smtp}/"
set smtp_pass = "{password}"
set smtp_authenticators = "plain"
set from = "{user}"
set realname = "{name}"
set use_from = yes
set hostname = "{host}"
set envelope_from = yes
set ssl_starttls = no
set ssl_force_tls = no
set imap_check_subscribed = no
set sort = threads
set sort_aux = date
set index_format = "%3C %Z %{{%d/%m %H:%M}} %-28.28F %s"
set editor = "{editor}"
set edit_headers = no
set fast_reply = yes
set include = yes
set attribution = "%n:"
set mail_check = 1
set quit = yes
set charset = "utf-8"
set send_charset = "us-ascii:utf-8"
set attach_format = "%u%D%I %t%4n %T%d %> [%.11m/%.12M, %.6e, %s] "
set date_format = "%d/%m/%Y %H:%M"
set header_cache = ""
set pager_index_lines = 0
set markers = no
set confirmappend = no
ignore *
unignore from to cc subject date message-id in-reply-to references auto-submitted
hdr_order date: from: to: cc: subject: message-id: in-reply-to: references:
auto_view text/html
alternative_order text/plain text/html
"""


class Mutt:
    """One person's mail program, open until `close`."""

    def __init__(self, folder: Path, name: str, user: str, *, imap: int, smtp: int, password: str) -> None:
        home = folder / f"mutt-{user}"
        home.mkdir()
        self.answer = home / "answer.txt"  # What the editor puts on top of what is being written
        editor = home / "editor"
        editor.write_text(f'#!/bin/sh\ncat {shlex.quote(str(self.answer))} "$1" > "$1.new" && cat "$1.new" > "$1"\n', encoding="utf-8")
        editor.chmod(0o755)
        rc = home / "muttrc"
        rc.write_text(
            RC.format(imap=imap, smtp=smtp, password=password, user=user, name=name, editor=editor, host=user.partition("@")[2]),
            encoding="utf-8",
        )
        self._session = f"demonstration-{user.partition('@')[0]}"
        self._socket = home / "tmux"
        start = f"LANG=C.UTF-8 LC_ALL=C.UTF-8 TERM=screen HOME={shlex.quote(str(home))} mutt -n -F {shlex.quote(str(rc))}"
        self._tmux("new-session", "-d", "-s", self._session, "-x", str(COLUMNS), "-y", str(LINES), start)

    def press(self, *keys: str) -> None:
        """Keys as tmux names them; a text is typed as it stands."""
        for key in keys:
            self._tmux("send-keys", "-t", self._session, key)
            time.sleep(0.3)

    def screen(self) -> str:
        return self._tmux("capture-pane", "-p", "-t", self._session).rstrip("\n")

    def wait_for(self, seen: Callable[[str], bool] | str, seconds: float = 30) -> str:
        end = time.monotonic() + seconds
        while True:
            screen = self.screen()
            if seen in screen if isinstance(seen, str) else seen(screen):
                return screen
            if time.monotonic() > end:
                raise TimeoutError(f"not to be seen: {seen}\n{screen}")
            time.sleep(0.2)

    def look_for(self, seen: str) -> None:
        """Asks for new mail until it is there."""
        for _time in range(60):
            if seen in self.screen():
                return
            self.press("$")
        raise TimeoutError(f"not to be seen: {seen}\n{self.screen()}")

    def close(self) -> None:
        subprocess.run(["tmux", "-S", str(self._socket), "kill-server"], check=False, capture_output=True, timeout=20)

    def _tmux(self, *arguments: str) -> str:
        done = subprocess.run(
            ["tmux", "-S", str(self._socket), "-f", "/dev/null", *arguments], capture_output=True, text=True, timeout=20, check=False
        )
        if done.returncode:
            raise RuntimeError(f"tmux {arguments[0]}: {done.stderr}")
        return done.stdout


def draw(screen: str, file: Path) -> None:
    """The picture of a screen, light on dark, the bars at its top and bottom turned around."""
    font = ImageFont.truetype(FONT, SIZE)
    width = round(font.getlength("M"))
    height = SIZE + 6
    image = Image.new("RGB", (COLUMNS * width + 24, LINES * height + 24), "#16181d")
    pen = ImageDraw.Draw(image)
    for number, line in enumerate(screen.splitlines()[:LINES]):
        pen.text((12, 12 + number * height), line, font=font, fill="#e4e6eb")
    image.save(file, optimize=True)
