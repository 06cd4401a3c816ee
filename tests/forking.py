"""Runs command lines, each in a process forked from this one, which has loaded the program: a second less for each.

Started with the numbers of two pipes. A request is a line of JSON (``arguments``, ``cwd``, ``variables``, and the files
``stdin``, ``stdout``, ``stderr``); the answers are a line with the number of the process, which is also that of its
session, and when it has ended a line with its exit code.
"""

from __future__ import annotations

import json
import os
import sys


def serve(requests: int, answers: int) -> None:
    """Answers until there are no more requests; the child of a request returns from here to run its command."""
    from ogp_graph.cli import main
    from ogp_graph.pipeline.stages import definitions

    definitions()
    with os.fdopen(requests, encoding="utf-8") as asked:
        while line := asked.readline():
            request = json.loads(line)
            child = os.fork()
            if child == 0:
                os.setsid()
                os.close(answers)
                _redirect(request)
                main()
            os.write(answers, f"{child}\n".encode())
            _, status = os.waitpid(child, 0)
            os.write(answers, f"{os.waitstatus_to_exitcode(status)}\n".encode())


def _redirect(request: dict) -> None:
    """Puts this process where the request wants it."""
    os.chdir(request["cwd"])
    os.environ.update(request["variables"])
    for number, (name, flags) in enumerate((("stdin", os.O_RDONLY), ("stdout", os.O_WRONLY), ("stderr", os.O_WRONLY))):
        opened = os.open(request[name], flags)
        os.dup2(opened, number)
        os.close(opened)
    sys.argv = ["ogp-graph", *request["arguments"]]


if __name__ == "__main__":
    serve(int(sys.argv[1]), int(sys.argv[2]))
