"""Several real processes that wait for each other, then act at the same moment."""

import multiprocessing
from queue import Empty
from time import monotonic

GATE_SECONDS = 600


def all_at_once(act, turns):
    """What each process said that ran ``act(*turn, gate, outcomes)``: it waits at the gate and puts one outcome."""
    context = multiprocessing.get_context("fork")
    gate, outcomes = context.Barrier(len(turns)), context.Queue()
    processes = [context.Process(target=act, args=(*turn, gate, outcomes)) for turn in turns]
    for process in processes:
        process.start()
    found = []
    until = monotonic() + GATE_SECONDS
    while len(found) < len(processes):
        try:
            found.append(outcomes.get(timeout=1))
        except Empty:
            if any(process.exitcode for process in processes) or monotonic() > until:
                gate.abort()  # who waits there for one that will never come
                raise
    for process in processes:
        process.join()
    return found
