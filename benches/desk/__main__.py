"""Measures the desk of the sample campaign as a browser meets it: an edited sentence to its new picture, choices of a
letter, all letters compared, memory; and the queue and the help desk after a night. Only Python's own library is used.
"""
import argparse
import contextlib
import csv
import html
import http.client
import itertools
import pathlib
import re
import shutil
import statistics
import subprocess
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATE, NAME, PASSWORD = "2025-09-15", "Anna", "een heel lang wachtwoord"
SENTENCE = "/texts/sign.adult"


class Visit:
    """Somebody who is logged in."""

    def __init__(self, port, name=NAME):
        self.port, self.cookie = port, ""
        status, _, _ = self.ask("POST", "/login", {"name": name, "password": PASSWORD})
        assert status == 303, "logged in"

    def ask(self, method, path, form=None):
        """Status, location and body of an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request(method, path, urllib.parse.urlencode(form or {}) or None, headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.getheader("set-cookie"):
            self.cookie = answer.getheader("set-cookie").split(";")[0]
        return answer.status, answer.getheader("location"), body.decode(errors="replace")

    def picture_of(self, page):
        """Draws the first picture of a page."""
        address = html.unescape(re.search(r'src="(/letters/picture[^"]*)"', page).group(1))
        status, _, _ = self.ask("GET", address)
        assert status == 200, address


def campaign(folder, binary):
    """The sample campaign with its texts in a folder, and a writer."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in ["texts", "inbox"]:
        (folder / name).mkdir(parents=True)
    for name in ["nl.toml", "en.toml", "limits.toml"]:
        shutil.copy(ROOT / "locales" / name, folder / "texts")
    shutil.copy(ROOT / "sample-data/facts.toml", folder)
    config = (ROOT / "sample-data/breachpost.toml").read_text().replace('"../data"', '"data"')
    (folder / "breachpost.toml").write_text(config + '\n[texts]\nfolder = "texts"\n')
    program = [binary, "--config", folder / "breachpost.toml", "--date", DATE]
    subprocess.run([*program, "user", "add", NAME, "--role", "writer"], input=PASSWORD, text=True, check=True,
                   stdout=subprocess.DEVNULL)
    return program


def memory(pid):
    """Resident now and at most, in MiB."""
    lines = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    return [round(int(lines[name].split()[0]) / 1024) for name in ["VmRSS", "VmHWM"]]


def say(what, seconds):
    ordered = sorted(seconds)
    late = ordered[int(len(ordered) * 0.95)]
    print(f"{what}: {len(ordered)} times, median {statistics.median(ordered) * 1000:.0f} ms, 95 % in {late * 1000:.0f} ms")


def edits(visit, count=40):
    saving, answering, drawing = [], [], []
    for number in range(count):
        page = visit.ask("GET", SENTENCE)[2]
        base = {of: html.unescape(re.search(f'name="base_{of}" value="([^"]*)"', page).group(1)) for of in ["nl", "en"]}
        words = f"We vinden het heel erg dat dit u is overkomen, {'echt ' * (number % 5 + 1)}waar."
        form = {"base_nl": base["nl"], "base_en": base["en"], "nl_0": words, "en_0": base["en"]}
        start = time.monotonic()
        status, location, _ = visit.ask("POST", SENTENCE, form)
        assert status == 303, status
        saved = time.monotonic()
        page = visit.ask("GET", location)[2]
        answered = time.monotonic()
        visit.picture_of(page)
        saving.append(saved - start)
        answering.append(answered - start)
        drawing.append(time.monotonic() - start)
    say("a sentence to the file", saving)
    say("a sentence to the answer of all its gates", answering)
    say("a sentence to its picture", drawing)


def choices(visit):
    seconds = []
    asked = itertools.product(["gp", "hospital", "screening"], ["confirmed", "not_excluded", "shared_only"],
                              ["yes", "no", "unknown"], ["first", "supplement-more"])
    for category, status, published, kind in asked:
        start = time.monotonic()
        page = visit.ask("GET", f"/letters?category={category}&status={status}&published={published}&kind={kind}"
                                "&item=name&item=bsn&item=phone")[2]
        visit.picture_of(page)
        seconds.append(time.monotonic() - start)
    say("a choice of a letter to its picture", seconds)


def comparison(visit):
    start = time.monotonic()
    visit.ask("POST", "/changes", {"since": "2025-01-01"})
    while True:
        found = re.search(r"(\d+) brieven vergeleken, (\d+)", visit.ask("GET", "/changes?since=2025-01-01")[2])
        if found:
            break
        time.sleep(0.1)
    print(f"all letters compared: {found[1]} letters, {found[2]} of them changed, {time.monotonic() - start:.1f} s")


@contextlib.contextmanager
def opened(program):
    """The desk, and its port."""
    desk = subprocess.Popen([*program, "desk", "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
    try:
        yield desk, int(desk.stdout.readline().strip().rstrip("/").rsplit(":", 1)[1])
    finally:
        desk.terminate()
        desk.wait()


def until(visit, method, path, form, is_there):
    """Asks until the answer is there, and gives it."""
    while not (found := is_there(visit.ask(method, path, form)[2])):
        time.sleep(0.1)
    return found


def queue(folder, binary, people):
    """A night of so many people, then every case that a reviewer opens and everybody whom the help desk looks up, as fast as
    they are shown."""
    program = campaign(folder, binary)
    shutil.rmtree(folder / "inbox")
    subprocess.run([binary, "sample", "--seed", "5", "--people", str(people), "--out", folder / "inbox"], check=True,
                   stdout=subprocess.DEVNULL)
    (folder / "inbox/truth.csv").unlink()
    subprocess.run([*program, "ledger", "init"], check=True, stdout=subprocess.DEVNULL)
    night = subprocess.run([*program, "run", "--accept-volume"], stdout=subprocess.DEVNULL)
    assert night.returncode <= 1, night.returncode
    users = folder / "data/desk/users.toml"
    users.write_text(users.read_text().replace('"writer"', '"reviewer"'))

    start = time.monotonic()
    with opened(program) as (desk, port):
        print(f"{people:,} people: the desk is open after {time.monotonic() - start:.1f} s")
        visit = Visit(port)
        first = until(visit, "GET", "/review", None, re.compile(r'href="/review/(\d+)" data-key').search)
        print(f"the queue can be read {time.monotonic() - start:.1f} s after the start, {memory(desk.pid)[0]} MiB")
        number, opening, answering = int(first.group(1)), [], []
        for _ in range(300):
            start = time.monotonic()
            page = visit.ask("GET", f"/review/{number}")[2]
            opening.append(time.monotonic() - start)
            run = re.search('name="run" value="([^"]*)"', page).group(1)
            start = time.monotonic()
            place = visit.ask("POST", f"/review/{number}", {"run": run, "word": "next"})[1]
            answering.append(time.monotonic() - start)
            number = int(place.rsplit("/", 1)[1])
        say("a case to its page", opening)
        say("on to the next case", answering)
        print(f"memory at most: {memory(desk.pid)[1]} MiB")
    calls(folder, program)


def calls(folder, program, count=200):
    """The help desk looks people up by what they say."""
    subprocess.run([*program, "user", "add", "Bart", "--role", "helpdesk"], input=PASSWORD, text=True, check=True,
                   stdout=subprocess.DEVNULL)
    with next(iter(sorted((folder / "inbox").glob("exposures*.csv")))).open(newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if len(row["bsn"]) == 9 and row["surname"] and len(row["birth_date"]) == 10]
    rows = rows[:: max(1, len(rows) // count)][:count]
    start = time.monotonic()
    with opened(program) as (desk, port):
        visit = Visit(port, "Bart")
        asked = {"bsn": rows[0]["bsn"]}
        until(visit, "POST", "/calls", asked, lambda page: "worden gelezen" not in page)
        print(f"the help desk answers {time.monotonic() - start:.1f} s after the start, {memory(desk.pid)[0]} MiB")
        for what, fields in {"BSN": ["bsn"], "name and date of birth": ["surname", "birth_date"]}.items():
            seconds = []
            for row in rows:
                begun = time.monotonic()
                status, _, _ = visit.ask("POST", "/calls", {field: row[field] for field in fields})
                assert status == 200, status
                seconds.append(time.monotonic() - begun)
            say(f"somebody by {what}", seconds)
        print(f"memory at most: {memory(desk.pid)[1]} MiB")


def main():
    parser = argparse.ArgumentParser(prog="benches/desk", description=__doc__)
    parser.add_argument("--binary", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--people", type=int, default=20_000, help="people of the night whose cases are opened")
    asked = parser.parse_args()
    queue(asked.work / "queue", asked.binary.resolve(), asked.people)
    program = campaign(asked.work / "texts", asked.binary.resolve())
    with opened(program) as (desk, port):
        visit = Visit(port)
        visit.ask("GET", SENTENCE)
        time.sleep(15)
        print(f"memory while nobody asks: {memory(desk.pid)[0]} MiB")
        edits(visit)
        choices(visit)
        comparison(visit)
        print(f"memory at most: {memory(desk.pid)[1]} MiB")


main()
