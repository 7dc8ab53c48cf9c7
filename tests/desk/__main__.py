"""Drives Chromium through the desk of `--address`, which somebody else has opened and whose texts are in `--texts`.

A part stops at the first thing that is not as it should be: `edit` does what a writer does, `axe` holds every page against
axe-core (WCAG 2.2 AA), `plain` works without scripts and with the keyboard alone, `widths` takes pictures of every page in
both languages at three widths (in target/desk-pictures) and looks for pages that are wider than their window.
"""
import argparse
import json
import pathlib
import sys
import tempfile
import time

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

ROOT = pathlib.Path(__file__).resolve().parents[2]
SENTENCE = "/texts/sign.adult"
SLOTTED = "/texts/frame.phone_line"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


class Desk:
    """A browser at the desk."""

    def __init__(self, address, password, language="nl", scripts=True, user="anna writer"):
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        for argument in ["--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1400,1000",
                         f"--user-data-dir={self.profile.name}"]:
            options.add_argument(argument)
        settings = {"intl.accept_languages": language}
        if not scripts:
            settings["profile.managed_default_content_settings.javascript"] = 2
        options.add_experimental_option("prefs", settings)
        self.browser = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        self.browser.set_page_load_timeout(120)
        self.browser.set_script_timeout(120)
        self.address, self.password, self.user = address, password, user

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.browser.quit()
        self.profile.cleanup()

    def go(self, path):
        self.browser.get(self.address + path)

    def log_in(self):
        self.go("/login")
        self.find("#name").send_keys(self.user)
        self.find("#password").send_keys(self.password)
        self.find("main button").click()
        self.wait(lambda: "/texts" in self.browser.current_url)

    def find(self, selector):
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector):
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def wait(self, fact, seconds=90):
        # A page that comes again by itself takes the elements away that were just found.
        gone = [StaleElementReferenceException]
        WebDriverWait(self.browser, seconds, ignored_exceptions=gone).until(lambda _: fact())

    def says(self, text):
        return text in self.find("body").text

    def save(self):
        self.find("form.editor p > button").click()

    def pictures_are_there(self):
        """Every picture of the page was loaded, and is one."""
        script = "return [...document.images].every(picture => picture.complete && picture.naturalWidth > 100)"
        self.wait(lambda: self.browser.execute_script(script))
        return len(self.all("img"))


def expect(fact, what):
    if not fact:
        raise SystemExit(f"not so: {what}")


def write_words(desk, name, words):
    field = desk.find(f"[name={name}]")
    field.clear()
    field.send_keys(words)


def edit(address, password, texts):
    with Desk(address, password) as anna, Desk(address, password, user="anna writer") as bart:
        anna.log_in()
        bart.log_in()
        anna.go(SENTENCE)
        expect(anna.pictures_are_there() == 2, "the sentence is shown in both languages")
        before = anna.find("img").get_attribute("src")
        bart.go(SENTENCE)

        write_words(anna, "nl_0", "Het spijt ons heel erg dat dit u is overkomen.")
        write_words(anna, "en_0", "We are truly sorry that this has happened to you.")
        anna.save()
        anna.wait(lambda: anna.says("Opgeslagen."))
        expect("Het spijt ons heel erg" in (texts / "nl.toml").read_text(), "the file has the new sentence")
        expect("We are truly sorry" in (texts / "en.toml").read_text(), "both files have")
        expect(anna.find("img").get_attribute("src") != before, "the picture is a new one")
        anna.pictures_are_there()

        # The other one began before: nothing is lost, and all three versions are there.
        write_words(bart, "nl_0", "Wij vinden dit erg.")
        bart.save()
        bart.wait(lambda: bart.says("Iemand anders heeft deze zin ook gewijzigd"))
        for version in ["We vinden het heel erg", "Het spijt ons heel erg", "Wij vinden dit erg."]:
            expect(bart.says(version), f"`{version}` is shown")

        # A slot is chosen and cannot be mistyped; a brace in the words is refused, and they are kept.
        anna.go(SLOTTED)
        Select(anna.find("[name=nl_slot_0]"))
        write_words(anna, "nl_0", "Telefoon {phone")
        anna.save()
        anna.wait(lambda: anna.says("Een zin mag geen accolades hebben."))
        expect(anna.find("[name=nl_0]").get_attribute("value") == "Telefoon {phone", "the words are kept")

        # In large print too, and the way from a paragraph of the picture to its sentence.
        anna.go(SENTENCE)
        anna.browser.find_element(By.LINK_TEXT, "In grote letters").click()
        anna.wait(lambda: "format=large" in anna.browser.current_url)
        expect(anna.pictures_are_there() >= 4, "large print takes more pages")
        area = anna.find("area[href='/texts/sign.adult']")
        expect(area.get_attribute("coords").count(",") == 3, "an area of the picture leads to the sentence")

        anna.go(SENTENCE)
        anna.find("#comment").send_keys("Dit klinkt goed.")
        anna.find("#comments form[action='/comments'] button").click()
        anna.wait(lambda: anna.says("Dit klinkt goed."))
        bart.go("/comments")
        expect(bart.says("Dit klinkt goed."), "the other one reads the comment")
        bart.find("article.remark button").click()
        bart.wait(lambda: bart.says("Geen opmerkingen."))

        anna.go("/changes?since=2025-01-01")
        expect(anna.all("del") and anna.all("ins"), "words that are gone and new")
        anna.find("form[action='/changes'][method=post] button").click()
        anna.wait(lambda: anna.says("brieven vergeleken"), 480)
        anna.find("a[href^='/changes/group']").click()
        anna.wait(lambda: anna.says("Over elkaar"))
        expect(anna.pictures_are_there() >= 3, "before, after, and over each other")


def pages(desk):
    """An address for each kind of page, some of them in a state that somebody has to bring about."""
    desk.go(SENTENCE)
    desk.find("#comment").send_keys("Een opmerking.")
    desk.find("#comments form[action='/comments'] button").click()
    desk.wait(lambda: desk.says("Een opmerking."))
    letter = "/letters?category=hospital&status=confirmed&item=name&item=bsn&kind=first&format=standard"
    return {
        "texts": "/texts", "found": "/texts?q=politie", "sentence": SENTENCE, "slotted": SLOTTED, "letters": letter,
        "changes": "/changes", "changed": "/changes?since=2025-01-01", "comments": "/comments", "nowhere": "/nowhere",
    }


def axe_script():
    found = list((ROOT / "target/venv").glob("lib/*/site-packages/axe_playwright_python/axe.min.js"))
    expect(found, "axe-core is installed: `make tools`")
    return found[0].read_text()


def axe(address, password, texts):
    script = axe_script()
    with Desk(address, password) as desk:
        desk.go("/login")
        look(desk, script, "login")
        desk.log_in()
        for name, path in pages(desk).items():
            desk.go(path)
            look(desk, script, name)

        desk.go(SLOTTED)
        write_words(desk, "nl_0", "Telefoon {phone")
        desk.save()
        look(desk, script, "refused")


def look(desk, script, name):
    # In one go, and without the timers of the page: one that is still working would come again meanwhile.
    answer = desk.browser.execute_async_script(
        "for (let timer = setTimeout(() => {}); timer > 0; timer--) clearTimeout(timer);"
        + script + ";const done = arguments[arguments.length - 1];"
        "axe.run(document, {runOnly: arguments[0]}).then(done, error => done({error: String(error)}));", WCAG)
    expect("error" not in answer, f"axe looks at {name}: {answer.get('error')}")
    expect(len(answer["passes"]) > 10, f"axe finds something to look at in {name}")
    wrong = [f"{name}: {rule['id']}: {rule['help']}: {node['html'][:160]}"
             for rule in answer["violations"] for node in rule["nodes"]]
    expect(not wrong, "\n".join(wrong[:12]))


def plain(address, password, texts):
    with Desk(address, password, scripts=False) as desk:
        desk.log_in()
        desk.go(SENTENCE)
        field = desk.find("[name=nl_0]")
        field.clear()
        field.send_keys("Dit spijt ons.")
        # With the keyboard alone: from the field to the button, through everything that is between them.
        for _ in range(40):
            desk.browser.switch_to.active_element.send_keys(Keys.TAB)
            if desk.browser.switch_to.active_element.text == "Opslaan":
                break
        button = desk.browser.switch_to.active_element
        expect(button.text == "Opslaan", "Tab leads from the words to the button")
        button.send_keys(Keys.ENTER)
        desk.wait(lambda: desk.says("Opgeslagen."))
        expect("Dit spijt ons." in (texts / "nl.toml").read_text(), "the file has the new sentence")

        # The first thing that Tab reaches leads past the head of the page.
        desk.go("/letters")
        desk.find("body").send_keys(Keys.TAB)
        expect(desk.browser.switch_to.active_element.text == "Naar de inhoud", "a way past the head of the page")

        desk.find("input[value=gp]").click()
        desk.find("input[value=screening]").click()
        desk.find("form.choice p > button").click()
        desk.wait(lambda: "category=gp" in desk.browser.current_url)
        expect(desk.says("Nederlands") and desk.all("area"), "the letter is there")
        time.sleep(1)
        desk.go("/changes?since=2025-01-01")
        desk.find("form[action='/changes'][method=post] button").click()
        end = time.monotonic() + 480
        while not desk.says("brieven vergeleken") and time.monotonic() < end:
            time.sleep(1)
            desk.browser.find_element(By.LINK_TEXT, "Kijk opnieuw").click()
        expect(desk.says("brieven vergeleken"), "looking again shows the comparison")


def widths(address, password, texts):
    for language in ["nl", "en"]:
        with Desk(address, password, language) as desk:
            desk.log_in()
            for name, path in pages(desk).items():
                pictures(desk, language, name, lambda path=path: desk.go(path))


def pictures(desk, language, name, show):
    """Pictures of a page at three widths; it is never wider than its window."""
    folder = ROOT / "target/desk-pictures"
    folder.mkdir(parents=True, exist_ok=True)
    for width in [1400, 800, 320]:
        desk.browser.set_window_size(width, 1000)
        # A window cannot be narrower than the browser's own frame: the page is told what it is.
        desk.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": False})
        show()
        desk.pictures_are_there()
        wide = desk.browser.execute_script("return document.documentElement.scrollWidth")
        expect(wide <= width, f"{name} at {width} pixels is {wide} wide")
        height = desk.browser.execute_script("return document.documentElement.scrollHeight")
        desk.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": min(height, 4000), "deviceScaleFactor": 1, "mobile": False})
        desk.browser.save_screenshot(str(folder / f"{language}-{name}-{width}.png"))
    desk.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    desk.browser.set_window_size(1400, 1000)


def press(desk, key):
    desk.find("body").send_keys(key)


def case_of(desk):
    """The number of the case on the screen; `None` at the end of the queue."""
    last = desk.browser.current_url.rsplit("/", 1)[1]
    return int(last) if last.isdigit() else None


def go_on(desk, before):
    desk.wait(lambda: case_of(desk) != before and desk.find("#main"))


def answer(desk, word):
    """Presses the key of this answer and waits for the next case."""
    number = case_of(desk)
    press(desk, desk.find(f"button[value='{word}']").get_attribute("data-key"))
    go_on(desk, number)


def first_cases(desk):
    """The queue, and the first case of each kind, by name."""
    desk.go("/review")
    links = [link.get_attribute("href") for link in desk.all("tbody a")]
    return {"review": "/review"} | {f"case-{number}": link[len(desk.address):] for number, link in enumerate(links)}


def looked_at(desk, paths, language):
    """Axe finds nothing on these pages, and none is wider than its window."""
    script = axe_script()
    for name, path in paths.items():
        desk.go(path)
        look(desk, script, name)
        pictures(desk, language, name, lambda path=path: desk.go(path))


def calls(address, password, language):
    """The help desk, when nobody is known by what was typed and when somebody is."""
    with Desk(address, password, language, user="anna helpdesk") as desk:
        desk.log_in()
        looked_at(desk, {"calls": "/calls"}, language)
        write_words(desk, "bsn", "912345603")
        desk.find("main form button").click()
        look(desk, axe_script(), "calls-nobody")


def review(address, password, cases, told):
    """Works off so many questions of who is who with the keyboard; `told` gets what was said of which."""
    storage = "return [localStorage.length, sessionStorage.length, location.search, location.hash, document.title]"
    with Desk(address, password, "en", user="anna reviewer") as desk:
        desk.log_in()
        looked_at(desk, first_cases(desk), "en")
    calls(address, password, "nl")
    calls(address, password, "en")
    with Desk(address, password, user="anna reviewer") as anna, Desk(address, password, user="bart reviewer") as bart:
        anna.log_in()
        bart.log_in()
        looked_at(anna, first_cases(anna), "nl")
        anna.go("/review")
        anna.browser.find_element(By.LINK_TEXT, "Eén persoon of twee?").click()
        anna.wait(lambda: case_of(anna))

        # Both have the same case before them: the second is too late and sees the first one's answer.
        first = case_of(anna)
        bart.go(f"/review/{first}")
        answer(anna, "different")
        press(bart, bart.find("button[value=different]").get_attribute("data-key"))
        bart.wait(lambda: bart.says("Beantwoord door Anna reviewer"))
        press(anna, "u")
        anna.wait(lambda: case_of(anna) == first)
        expect(not anna.says("Beantwoord door"), "an answer that was taken back is gone")

        said = {}
        while len(said) < cases and case_of(anna) and anna.all("button[value=different]"):
            expect(len(anna.all("tbody td")) >= 2, "the rows are side by side")
            number = case_of(anna)
            same = [button.get_attribute("value") for button in anna.all("button[value^=same]")]
            said[number] = same[0] if same and len(said) % 2 else "different"
            # One key a case.
            answer(anna, said[number])
            *kept, title = anna.browser.execute_script(storage)
            expect(kept == [0, 0, "", ""], "nothing is kept in the browser or its addresses")
            expect(title.split(" ")[0] in ["Zaak", "Beoordelen"], "a title says nothing of anybody")
        expect(len(said) == cases, f"{len(said)} of {cases} cases were there to be answered")
        told.write_text(json.dumps(said))


def main():
    parser = argparse.ArgumentParser(prog="tests/desk")
    parser.add_argument("--address", required=True)
    parser.add_argument("--password", required=True)
    parser.add_argument("--texts", type=pathlib.Path, required=True)
    parser.add_argument("--part", choices=["edit", "axe", "plain", "widths", "review"], required=True)
    parser.add_argument("--cases", type=int, default=5)
    parser.add_argument("--told", type=pathlib.Path)
    asked = parser.parse_args()
    if asked.part == "review":
        review(asked.address.rstrip("/"), asked.password, asked.cases, asked.told)
        print("review: all in order")
        return
    part = {"edit": edit, "axe": axe, "plain": plain, "widths": widths}[asked.part]
    part(asked.address.rstrip("/"), asked.password, asked.texts)
    print(f"{asked.part}: all in order")


sys.exit(main())
