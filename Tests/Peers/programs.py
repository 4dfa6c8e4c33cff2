"""What the comparisons share: running a program, asking `defend` for a judgement, the machine."""
import dataclasses
import json
import os
import pathlib
import platform
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
DEFEND = str(ROOT / ".build/release/defend")
# Memory stays with the process, as a tuned PyTorch has it.
TUNED = {"MALLOC_MMAP_THRESHOLD_": "1073741824", "MALLOC_TRIM_THRESHOLD_": "4294967296"}


@dataclasses.dataclass(frozen=True)
class Run:
    """What became of a program, with its wall time and its peak resident memory."""

    command: list
    status: int
    output: str
    errors: str
    seconds: float
    megabytes: float

    def complain(self):
        print(f"{' '.join(self.command)}: {self.errors.strip()[-300:]}", file=sys.stderr)

    def last_line(self):
        """The last line of the output, as JSON; nothing where the program failed."""
        if self.status != 0:
            self.complain()
            return None
        return json.loads(self.output.strip().splitlines()[-1])


def run(command, **environment):
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=output, stderr=errors, cwd=ROOT, env=os.environ | environment)
        try:
            # For this child alone; `getrusage` has the largest of all children.
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            raise
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        return Run(
            command, process.returncode, output.read(), errors.read(), seconds,
            usage.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024))


def absolute(path):
    """As the caller meant it: programs run in the root of the repository."""
    return str(pathlib.Path(path).resolve())


def evaluation(options, checkpoint, attack, epsilon, dataset, limit=None):
    """What `defend eval` reports of a checkpoint; nothing where it does not say.

    `options` has `defend`, `data_dir` and `threads`.
    """
    command = [
        options.defend, "eval", absolute(checkpoint), "--attack", attack, "--eps", str(epsilon),
        "--dataset", dataset, "--threads", str(options.threads), "--json", "-"]
    if options.data_dir:
        command += ["--data-dir", absolute(options.data_dir)]
    if limit:
        command += ["--limit", str(limit)]
    result = run(command)
    # An invalid evaluation has a report, too, which says why it is one.
    if result.status not in (0, 3):
        result.complain()
        return None
    return json.loads(result.output)


def reasons(report):
    """Why an evaluation is invalid; empty where it is none."""
    return [each["message"] for each in report["findings"] if each["severity"] == "invalid"]


def processor():
    for line in open("/proc/cpuinfo") if os.path.exists("/proc/cpuinfo") else []:
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return platform.processor()
