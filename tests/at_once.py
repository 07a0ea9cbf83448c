"""Several real processes that wait for each other, then act at the same moment."""

import multiprocessing

GATE_SECONDS = 600


def all_at_once(act, turns):
    """What each process said that ran ``act(*turn, gate, outcomes)``: it waits at the gate and puts one outcome."""
    context = multiprocessing.get_context("fork")
    gate, outcomes = context.Barrier(len(turns)), context.Queue()
    processes = [context.Process(target=act, args=(*turn, gate, outcomes)) for turn in turns]
    for process in processes:
        process.start()
    found = [outcomes.get(timeout=GATE_SECONDS) for _process in processes]
    for process in processes:
        process.join()
    return found
