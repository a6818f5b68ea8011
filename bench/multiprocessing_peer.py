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


KEYS = (10, 100_000)


def name(number):
    return f"name {number}"


def add(held, lock, count):
    """Adds one, so many times, with nobody in between."""
    for _ in range(count):
        with lock:
            held["sum"] = held["sum"] + 1


class State:
    """A dictionary of numbers that a process of its own keeps."""

    def __init__(self):
        self.manager = multiprocessing.Manager()
        numbers = {keys: {name(n): n for n in range(keys)} for keys in KEYS}
        self.held = {keys: self.manager.dict(of) for keys, of in numbers.items()}
        self.lock = multiprocessing.Lock()

    def run(self, count, how, keys="10"):
        keys = int(keys)
        held = self.held[keys]
        if how == "get":
            for n in range(count):
                assert held[name(n * 7919 % keys)] is not None
        elif how == "set":
            for n in range(count):
                held[name(n * 7919 % keys)] = n
        elif how == "add":
            held["sum"] = 0
            add(held, self.lock, count)
            assert held["sum"] == count
        else:
            raise ValueError(how)


def watch(condition, held, link):
    """Tells how long ago each moment was that is set, once it is seen."""
    last = 0
    while link.recv():
        with condition:
            condition.wait_for(lambda: held["moment"] != last)
            last = held["moment"]
        link.send(time.monotonic_ns() - last)


class Waking:
    """Processes that wait for a value that a process of its own keeps."""

    def __init__(self):
        self.manager = multiprocessing.Manager()
        self.held = self.manager.dict(moment=0)
        self.condition = self.manager.Condition()
        self.link, far = multiprocessing.Pipe()
        arguments = (self.condition, self.held, far)
        self.watcher = multiprocessing.Process(target=watch, args=arguments, daemon=True)
        self.watcher.start()

    def run(self, count):
        taken = 0
        for _ in range(count):
            self.link.send(True)
            # The other process is to wait by then, which nobody can see from here.
            time.sleep(0.002)
            with self.condition:
                self.held["moment"] = time.monotonic_ns()
                self.condition.notify()
            taken += self.link.recv()
        return taken / 1e9


ROOM = 1000


def consume(queue, sums):
    """Receives numbers, and tells their sum when it receives none."""
    sums.put(0)
    total = 0
    while (number := queue.get()) is not None:
        total += number
        if hasattr(queue, "task_done"):
            queue.task_done()
    sums.put(total)


class Queue:
    """Queues, each with processes that receive from it, which are there before time is taken."""

    def run(self, count, kind, consumers):
        queue, sums = getattr(multiprocessing, kind)(ROOM), multiprocessing.SimpleQueue()
        arguments, consumers = (queue, sums), range(int(consumers))
        processes = [multiprocessing.Process(target=consume, args=arguments) for _ in consumers]
        for process in processes:
            process.start()
        assert sum(sums.get() for _ in consumers) == 0
        start = time.perf_counter()
        for number in range(1, count + 1):
            queue.put(number)
        for _ in consumers:
            queue.put(None)
        total = sum(sums.get() for _ in consumers)
        taken = time.perf_counter() - start
        assert total == count * (count + 1) // 2
        for process in processes:
            process.join()
        queue.close()
        queue.join_thread()
        return taken


SUBJECTS = {"pool": Pool, "queue": Queue, "state": State, "waking": Waking}


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
        taken = run(int(count), *words)
        if taken is None:
            taken = time.perf_counter() - start
        print(taken, flush=True)


if __name__ == "__main__":
    main()
