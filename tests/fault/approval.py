"""A job that has to be approved is killed at each call between planning, waiting, approving and publishing: nothing leaves
that two people have not approved, nothing is lost, and what leaves is what an undisturbed night publishes."""

import copy as copies
import shutil
import subprocess
from pathlib import Path

from calls import Point, hit
from kills import killed as killed_run
from kills import undisturbed
from night import SECOND_NIGHT, Program, Wrong, copy, digest, settled, tables

PEOPLE = {"Anna": "communications", "Bart": "privacy", "Dirk": "operator"}


class Approving:
    """The program with a configuration that asks people, and what it comes to at each stage."""

    def __init__(self, program: Program, base: Path):
        self.program = copies.copy(program)
        self.work, self.base = program.work, base
        self.program.config = self.work / "approval.toml"
        text = program.config.read_text() + "\n[approval]\nrequired = true\n"
        for name, role in PEOPLE.items():
            key = self.work / f"key-{name}"
            if not key.exists():
                subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
            public = key.with_name(key.name + ".pub").read_text().strip()
            text += f'\n[[approval.approvers]]\nname = "{name}"\nrole = "{role}"\nkey = "{public}"\n'
        self.program.config.write_text(text)

        self.waiting = copy(base, self.work / "approval-waiting")
        self.must_wait(self.waiting)
        self.statement = self.said(self.waiting, "approval", "statement")
        for what in ("facts", "settings"):
            adopt = ("approve", "--by", "Dirk", "--adopt", what)
            self.program.must(self.waiting, *adopt, "--signature", self.sign(self.said(self.waiting, *adopt), "Dirk", what))
        self.approve = {name: ("approve", "--by", name, "--signature", self.sign(self.statement, name)) for name in ("Anna", "Bart")}
        self.approved = copy(self.waiting, self.work / "approval-approved")
        for words in self.approve.values():
            self.program.must(self.approved, *words)

        # Undisturbed: the calls of each step, and what the last one comes to.
        _, self.to_plan = undisturbed(self.program, base, self.work / "approval-calm", "run")
        _, self.to_approve = undisturbed(self.program, self.waiting, self.work / "approval-calm", *self.approve["Anna"])
        self.said_once = self.events(self.work / "approval-calm")
        _, self.to_publish = undisturbed(self.program, self.approved, self.work / "approval-calm", "run")
        self.wanted = settled(self.work / "approval-calm")

    def said(self, data: Path, *words: str) -> str:
        command = self.program.command(data, SECOND_NIGHT, *words)
        return subprocess.run(command, env=self.program.env, cwd=self.work, capture_output=True, text=True, check=True).stdout

    def sign(self, text: str, name: str, what: str = "statement") -> str:
        signature = self.work / f"{name}-{what}.sig"
        command = ["ssh-keygen", "-q", "-Y", "sign", "-n", "breachpost-approval", "-f", str(self.work / f"key-{name}")]
        signed = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
        signature.write_text(signed.stdout)
        return str(signature)

    def must_wait(self, data: Path) -> None:
        before = out(self.base)
        answer = self.program.ask(data, "run")
        if answer.code != 1:
            raise Wrong(f"a run that has to wait ended with {answer.code}: {answer.err}")
        if out(data) != before:
            raise Wrong("something left that nobody approved")

    def events(self, data: Path) -> list:
        return tables(data / "ledger.sqlite")["audit"]


def out(data: Path) -> list:
    return sorted(str(path.relative_to(data)) for path in (data / "outbox").rglob("*") if path.is_file())


def planned(data: Path) -> dict:
    """The frozen plan: everything of it but papers, which have times."""
    folder = next((data / "staging").iterdir())
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and "papers" not in path.parts]
    return {str(path.relative_to(folder)): digest(path.read_bytes()) for path in files}


def killed_planning(approving: Approving, data: Path, point: Point) -> bool:
    copy(approving.base, data)
    _, reached = hit(approving.program, data, point, "signal=KILL", "run")
    if out(data) != out(approving.base):
        raise Wrong("something left that nobody approved")
    for _ in range(2):
        approving.must_wait(data)
    if approving.said(data, "approval", "statement") != approving.statement:
        raise Wrong("the statement is a different one after a kill")
    if planned(data) != planned(approving.waiting):
        raise Wrong("the plan is a different one after a kill")
    shutil.rmtree(data)
    return reached


def killed_approving(approving: Approving, data: Path, point: Point) -> bool:
    copy(approving.waiting, data)
    _, reached = hit(approving.program, data, point, "signal=KILL", *approving.approve["Anna"])
    answer = approving.program.ask(data, *approving.approve["Anna"])
    if answer.code != 0 and "has approved this statement already" not in answer.err:
        raise Wrong(f"`approve` after a kill ended with {answer.code}: {answer.err}")
    if approving.events(data) != approving.said_once:
        raise Wrong("an approval is there twice, or not at all")
    approving.must_wait(data)
    shutil.rmtree(data)
    return reached


def killed_publishing(approving: Approving, data: Path, point: Point) -> bool:
    return killed_run(approving.program, approving.approved, data, [point], approving.wanted)
