#!/usr/bin/env bash
# A job every night at 02:30, Dutch time. On 29 March 2026 there is no 02:30, on 25 October there are two, and one
# expects one run a night all the same, or at least one rule. systemd 252 does not run it in March at all. cronsim 2.8,
# croner 11.0.0 and cron 4.4.0 run it once in both nights. APScheduler 3.11.3 and croniter 7.0.0 run it twice in October,
# an hour apart. In March three of them run it at 03:00 and two (APScheduler, cron-parser 5.10.5) at 03:30. A job that
# sends letters has its own mark that tonight is done, and an hour that exists.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
[[ $(systemd-analyze --version) == 'systemd 252 '* ]] || { echo "needs systemd 252 (Debian 12)"; exit 2; }
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check croniter==7.0.0 cronsim==2.8 apscheduler==3.11.3
npm install --silent --no-audit --no-fund --ignore-scripts croner@11.0.0 cron-parser@5.10.5 cron@4.4.0
cat > runs.mjs << 'JS'
import { Cron } from "croner";
import { CronExpressionParser } from "cron-parser";
import { CronTime } from "cron";

const [start, end] = process.argv.slice(2).map((word) => new Date(word));
const zone = "Europe/Amsterdam";
const parsed = CronExpressionParser.parse("30 2 * * *", { currentDate: start, tz: zone });
const job = new CronTime("30 2 * * *", zone);
const next = {
  croner: (after) => new Cron("30 2 * * *", { timezone: zone }).nextRun(after),
  "cron-parser": () => parsed.next().toDate(),
  cron: (after) => job.getNextDateFrom(after, zone).toJSDate(),
};
const found = {};
for (const [name, after] of Object.entries(next)) {
  found[name] = [];
  for (let at = after(start); at < end; at = after(at)) found[name].push(at.toISOString().slice(11, 16));
}
console.log(JSON.stringify(found));
JS
cat > runs.py << 'PY'
import datetime
import json
import re
import subprocess
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger
from croniter import croniter
from cronsim import CronSim

ZONE, UTC, RULE = ZoneInfo("Europe/Amsterdam"), datetime.timezone.utc, "30 2 * * *"


def by_apscheduler(start):
    """As its scheduler asks: the next time after the last one, a moment later."""
    trigger, last, now = CronTrigger.from_crontab(RULE, timezone=ZONE), None, start
    while True:
        last = trigger.get_next_fire_time(last, now)
        yield last
        now = (last.astimezone(UTC) + datetime.timedelta(milliseconds=5)).astimezone(ZONE)


def by_systemd(start):
    words = ["systemd-analyze", "calendar", f"--base-time={start:%Y-%m-%d %H:%M:%S}", "--iterations=3", "*-*-* 02:30:00"]
    said = subprocess.run(words, capture_output=True, text=True, check=True, env={"TZ": str(ZONE), "PATH": "/usr/bin:/bin"})
    for day in re.findall(r"\(in UTC\): \w+ (.*) UTC", said.stdout):
        yield datetime.datetime.fromisoformat(day).replace(tzinfo=UTC)


def by_croniter(start):
    times = croniter(RULE, start)
    while True:
        yield times.get_next(datetime.datetime)


def night(day):
    """When each runs the job in the night of that day, in UTC."""
    start = datetime.datetime.combine(day, datetime.time(0, 0), ZONE)
    end = start + datetime.timedelta(hours=12)
    found = json.loads(subprocess.check_output(["node", "runs.mjs", start.astimezone(UTC).isoformat(),
                                                end.astimezone(UTC).isoformat()]))
    for name, times in (("croniter", by_croniter(start)), ("cronsim", CronSim(RULE, start)),
                        ("apscheduler", by_apscheduler(start)), ("systemd", by_systemd(start))):
        found[name] = []
        for at in times:
            if at.astimezone(UTC) >= end.astimezone(UTC):
                break
            found[name].append(f"{at.astimezone(UTC):%H:%M}")
    print(day, found)
    return found


three, half_past_three = ["01:00"], ["01:30"]
assert night(datetime.date(2026, 3, 29)) == {
    "systemd": [], "cronsim": three, "croniter": three, "croner": three, "cron": three,
    "apscheduler": half_past_three, "cron-parser": half_past_three,
}, "the behaviour has changed"
once, twice = ["00:30"], ["00:30", "01:30"]
assert night(datetime.date(2026, 10, 25)) == {
    "systemd": once, "cronsim": once, "croner": once, "cron": once, "cron-parser": once,
    "croniter": twice, "apscheduler": twice,
}, "the behaviour has changed"
PY
venv/bin/python -W ignore runs.py
