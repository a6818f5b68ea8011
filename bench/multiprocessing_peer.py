"""Python's multiprocessing, as coproc's benchmarks ask for it.

Reads lines, each a number and the words of a case, and answers each with how many seconds so many
operations of that case took.
"""

import multiprocessing
import sys
import time

WORKERS = 2


def successor(number):
    return number + 1


def busy(number):
    """Takes 50 µs of a processor."""
    end = time.thread_time_ns() + 50_000
    while time.thread_time_ns() < end:
        pass
    return number + 1


FUNCTIONS = {"successor": successor, "busy": busy}


def nothing(count):
    pass


class Pool:
    """The functions of a pool, over numbers."""

    def __init__(self):
        self.pool = multiprocessing.Pool(WORKERS)

    def run(self, count, how, function):
        function, numbers = FUNCTIONS[function], range(count)
        if how == "map-1":
            results = self.pool.map(function, numbers, chunksize=1)
        elif how == "map":
            results = self.pool.map(function, numbers)
        elif how == "imap":
            results = list(self.pool.imap(function, numbers))
        else:
            raise ValueError(how)
        assert results == list(range(1, count + 1))


SUBJECTS = {"pool": Pool}


def main():
    subjects = {}
    for line in sys.stdin:
        count, subject, *words = line.split()
        if subject == "nothing":
            run = nothing
        else:
            if subject not in subjects:
                subjects[subject] = SUBJECTS[subject]()
            run = subjects[subject].run
        start = time.perf_counter()
        run(int(count), *words)
        print(time.perf_counter() - start, flush=True)


if __name__ == "__main__":
    main()
