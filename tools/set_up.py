"""Puts into `.venv` and `node_modules` what running, or working on, the product needs.

    python3 tools/set_up.py run|dev

Runs before anything is installed, so it uses the standard library only, and syntax old enough
for it to tell the owner of an old Python what is missing. Each step leaves a stamp with a
fingerprint of what it was made from; a step whose fingerprint stands is not taken again.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = VENV / "stamps"
LOCKS = ROOT / "requirements"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
MAIL_SERVERS = ("postfix", "dovecot")
MAIL_PACKAGES = ("postfix", "dovecot-imapd")
CALENDARS = ("khal",)
QUICK_BROWSER = ("chromium-headless-shell",)
BROWSER_PACKAGES = ("chromium", "fonts-liberation", "fonts-noto-color-emoji")


def main() -> None:
    if sys.argv[1:] not in (["run"], ["dev"]):
        stop("usage: python3 tools/set_up.py run|dev")
    if sys.version_info < OLDEST:
        run_with_newer_python()
    os.chdir(ROOT)
    make_venv()
    install(["dev" if sys.argv[1] == "dev" else "run"])
    install_product()
    install_front_end()
    if sys.argv[1] == "dev":
        install_browser()
        install_quick_browser()
        install_mail_servers()
        install_calendar()


def run_with_newer_python() -> None:
    for minor in range(20, OLDEST[1] - 1, -1):
        found = shutil.which("python3.%d" % minor)  # noqa: UP031
        if found:
            os.execv(found, [found, *sys.argv])
    stop(
        "Python 3.11 or newer is needed; %s is Python %d.%d.\n"  # noqa: UP031
        "Install a newer one, or name it: make setup PYTHON=/path/to/python3.12"
        % (sys.executable, *sys.version_info[:2])
    )


def make_venv() -> None:
    if has_good_python():
        return
    if VENV.exists() and not (VENV / "pyvenv.cfg").exists():
        stop(f"{VENV} is there but is no Python environment: move it away and try again.")
    uv = find_uv()
    if uv:
        run(uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(VENV))
    elif subprocess.call([sys.executable, "-m", "venv", "--clear", str(VENV)]) != 0:
        stop(
            "The Python environment could not be made. On Debian and Ubuntu its parts come apart:\n"
            "    apt-get install python3-venv"
        )


def has_good_python() -> bool:
    try:
        return subprocess.call([str(PYTHON), "-Sc", f"import sys; sys.exit(sys.version_info < {OLDEST})"]) == 0
    except OSError:
        return False


def install(names: list[str]) -> None:
    """Installs hashed requirements files; what the larger one holds needs no smaller one."""
    for name in names:
        lock = LOCKS / f"{name}.txt"
        mark = fingerprint(lock)
        if stands(name, mark) or (name == "run" and stands("dev", fingerprint(LOCKS / "dev.txt"))):
            continue
        say(f"installing {lock.relative_to(ROOT)}")
        pip_install("--require-hashes", "-r", str(lock))
        stamp(name, mark)


def install_product() -> None:
    mark = fingerprint(ROOT / "pyproject.toml", LOCKS / "build.txt")
    if stands("product", mark) and (VENV / "bin" / "ascolto").exists():
        return
    say("installing the `ascolto` command")
    pip_install("--require-hashes", "-r", str(LOCKS / "build.txt"))
    # Nothing unhashed is fetched: the build tool is there already and dependencies are not looked at.
    pip_install("--no-build-isolation", "--no-deps", "--editable", str(ROOT))
    stamp("product", mark)


def install_front_end() -> None:
    mark = fingerprint(ROOT / "package-lock.json", ROOT / "package.json", ROOT / ".npmrc")
    if stands("front-end", mark) and (ROOT / "node_modules").exists():
        return
    npm = shutil.which("npm") if shutil.which("node") else None
    if npm is None:
        install(["node"])
        npm = str(VENV / "bin" / "npm")
    say("installing the front-end files")
    path = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    run(npm, "ci", "--ignore-scripts", "--no-progress", "--loglevel=error", PATH=path)
    stamp("front-end", mark)


def install_browser() -> None:
    if any(shutil.which(name) for name in BROWSERS) or has_playwright_browser():
        return
    apt = shutil.which("apt-get")
    if apt and os.geteuid() == 0:
        say("installing Chromium")
        run(apt, "update", "-qq")
        options = ("-qq", "--yes", "--no-install-recommends")
        run(apt, "install", *options, *BROWSER_PACKAGES, DEBIAN_FRONTEND="noninteractive")
        return
    advice = f"sudo apt-get install {' '.join(BROWSER_PACKAGES)}" if apt else ".venv/bin/playwright install chromium"
    stop(f"The browser tests need Chromium, which is not here. Install it and try again:\n    {advice}")


def install_quick_browser() -> None:
    """The same Chromium without windows; without it the tests take the whole one."""
    if shutil.which("chromium"):
        install_for_tests("the browser tests take twice the time", QUICK_BROWSER, QUICK_BROWSER)


def install_mail_servers() -> None:
    """Postfix and Dovecot, for the tests that send through and read from real ones; without them those are skipped."""
    install_for_tests("the tests with real mail servers are skipped", MAIL_SERVERS, MAIL_PACKAGES)


def install_calendar() -> None:
    """khal, a calendar program of others, for the tests that show ours to it; without it those are skipped."""
    install_for_tests("the tests with a real calendar program are skipped", CALENDARS, CALENDARS)


def install_for_tests(otherwise: str, programs: "tuple[str, ...]", packages: "tuple[str, ...]") -> None:
    path = f"{os.environ.get('PATH', os.defpath)}{os.pathsep}/usr/sbin"
    if all(shutil.which(name, path=path) for name in programs):
        return
    apt, names = shutil.which("apt-get"), " and ".join(packages)
    if not apt or os.geteuid() != 0:
        say(f"without {names} {otherwise}")
        return
    say(f"installing {names}")
    options = ("-qq", "--yes", "--no-install-recommends")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in ((apt, "update", "-qq"), (apt, "install", *options, *packages)):
        if subprocess.call(command, env=quiet) != 0:
            say(f"not to be installed: {otherwise}")
            return


def has_playwright_browser() -> bool:
    homes = (os.environ.get("PLAYWRIGHT_BROWSERS_PATH", ""), "~/.cache/ms-playwright", "~/Library/Caches/ms-playwright")
    return any(list(Path(home).expanduser().glob("chromium*")) for home in homes if home)


def pip_install(*what: str) -> None:
    uv = find_uv()
    if uv:
        # Without compiled files every start of a process would translate all its libraries anew.
        run(uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", str(PYTHON), *what)
    else:
        run(str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *what)


def find_uv() -> "str | None":
    # A Python that uv would fetch is one that nobody here has chosen.
    os.environ["UV_PYTHON_DOWNLOADS"] = "never"
    return shutil.which("uv")


def fingerprint(*paths: Path) -> str:
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in paths)).hexdigest()


def stands(name: str, mark: str) -> bool:
    try:
        return (STAMPS / name).read_text() == mark
    except FileNotFoundError:
        return False


def stamp(name: str, mark: str) -> None:
    STAMPS.mkdir(exist_ok=True)
    (STAMPS / name).write_text(mark)


def run(*command: str, **environment: str) -> None:
    status = subprocess.call(command, env={**os.environ, **environment})
    if status != 0:
        stop(f"This failed with status {status}: {' '.join(command)}")


def say(text: str) -> None:
    print(f"- {text}", flush=True)


def stop(text: str) -> None:
    print(text, file=sys.stderr)
    sys.exit(1)


if __name__ == "__main__":
    main()
