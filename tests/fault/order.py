"""The order of the calls of one run: what a power cut could lose was synced before anything was said about it."""

from pathlib import Path, PurePosixPath

from calls import Event
from night import Wrong

WRITES = ("write", "writev", "pwrite64", "pwritev", "ftruncate", "truncate", "fallocate", "copy_file_range", "sendfile")
SYNCS = ("fsync", "fdatasync")
RENAMES = ("rename", "renameat", "renameat2")
LINKS = ("link", "linkat")
NAMES = (*RENAMES, *LINKS, "mkdir", "mkdirat", "openat")
REMOVALS = ("unlink", "unlinkat", "rmdir")
# Nobody decides anything by these: a torn log line is lost, and staging is emptied after all is recorded.
FREE = ("logs",)


class Disk:
    """What would survive a power cut."""

    def __init__(self, data: Path):
        self.data = PurePosixPath(data)
        self.unsynced: set[str] = set()
        self.unnamed: dict[str, set[str]] = {}
        self.commits = 0

    def below(self, path: str) -> str:
        return PurePosixPath(path).relative_to(self.data).parts[0] if path != str(self.data) else ""

    def apply(self, event: Event) -> None:
        call, path = event.call, event.path.rstrip("/")
        if event.failed or self.below(path) in FREE:
            return
        if call in WRITES:
            self.unsynced.add(path)
        elif call in SYNCS:
            self.unsynced.discard(path)
            self.unnamed.pop(path, None)
        elif call in REMOVALS:
            self.removed(event)
        elif call in NAMES:
            self.named(call, event)

    def named(self, call: str, event: Event) -> None:
        if call in RENAMES:
            source, target = (path.rstrip("/") for path in event.paths[-2:])
            moved = [path for path in self.unsynced if path == source or path.startswith(source + "/")]
            if moved:
                raise Wrong(f"renamed unsynced: {', '.join(moved)}")
            # A folder takes its unsynced names along.
            self.unnamed = {moved_to(folder, source, target): {moved_to(name, source, target) for name in names}
                            for folder, names in self.unnamed.items()}
            if target.endswith(".done"):
                self.demand("published", "outbox")
        else:
            # A link has two names, and the second is the new one.
            target = event.paths[-1 if call in LINKS else 0].rstrip("/")
        self.unnamed.setdefault(str(PurePosixPath(target).parent), set()).add(target)

    def removed(self, event: Event) -> None:
        path = event.path.rstrip("/")
        self.unsynced.discard(path)
        for names in self.unnamed.values():
            names.discard(path)
        if path == str(self.data / "ledger.sqlite-journal"):
            self.commits += 1
            self.committed()

    def committed(self) -> None:
        """The instant at which a transaction of the ledger holds."""
        if str(self.data / "ledger.sqlite") in self.unsynced:
            raise Wrong("the ledger committed before its pages were synced")
        self.demand("recorded", "staging", "outbox", "runs")

    def demand(self, done: str, *folders: str) -> None:
        loose = [path for path in self.unsynced if self.below(path) in folders]
        loose += [path for folder, names in self.unnamed.items() if self.below(folder) in folders for path in names]
        if loose:
            raise Wrong(f"{done} before it was durable: {', '.join(sorted(loose))}")


def moved_to(path: str, source: str, target: str) -> str:
    return target + path[len(source) :] if path.startswith(source + "/") else path


def check(events: list[Event], data: Path) -> int:
    """Walks through the calls; the number of commits that were seen."""
    disk = Disk(data)
    last: dict[str, str] = {}
    for event in events:
        disk.apply(event)
        if event.call in RENAMES and not event.failed and "/outbox/" in event.paths[-1]:
            last[str(PurePosixPath(event.paths[-1]).parent)] = event.paths[-1]
    if disk.commits < 4:
        raise Wrong(f"only {disk.commits} commits were seen: plan, seal, publish and done are four")
    if not last or not all(name.endswith(".done") for name in last.values()):
        raise Wrong("`.done` is not the last name in the outbox")
    return disk.commits
