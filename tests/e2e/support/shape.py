"""The output of netmon, without what differs between hosts or between runs."""

import re

VOLATILE = ((r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}", "BOOT"), (r"\b[0-9a-f]{64}\b", "DIGEST"),
            (r"sha256:[0-9a-f]{12}\b", "DIGEST"),
            (r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\dZ)?", "TIME"),
            # If both captures are of the same second, the time is in the line of what is the same.
            (r"(?m)^taken +TIME +TIME$", ""), (r"\btaken TIME; ", ""), (r"kernel \S+;", "kernel;"),
            (r"host \S+;", "host;"), (r"\b(pid )\d+", r"\1PID"),
            (r"\b(python3|nginx|node_exporter) +\d+ ", r"\1 PID "), (r"python3\.\d+", "python3.N"),
            (r"(-minimal) \S+", r"\1 VERSION"), (r" +", " "))


def shape(text):
    """The lines of the output; a line that was wrapped is joined again."""
    text = text.replace("\n  ", " ")
    for pattern, stands_for in VOLATILE:
        text = re.sub(pattern, stands_for, text)
    return [line.strip() for line in text.splitlines() if line.strip()]
