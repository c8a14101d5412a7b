"""An event loop without sockets, threads or waiting: time jumps to the next timer."""

import asyncio


class _Selector:
    def __init__(self, loop):
        self.loop = loop

    def select(self, timeout):
        if timeout is None:
            raise RuntimeError("the script waits for something that cannot happen here")
        self.loop.now += max(timeout, 0)
        return []

    def close(self):
        pass


class JumpingLoop(asyncio.BaseEventLoop):
    def __init__(self):
        super().__init__()
        self.now = 0.0
        self._selector = _Selector(self)
        self._clock_resolution = 1e-9

    def time(self):
        return self.now

    def run_in_executor(self, executor, func, *args):
        """There are no threads: the function runs at once."""
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:
            future.set_exception(error)
        return future

    def _process_events(self, events):
        pass

    def _write_to_self(self):
        pass


def run(main, *, debug=None, loop_factory=None):
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        return runner.run(main)


async def to_thread(func, /, *args, **named):
    return func(*args, **named)


def install():
    current = []

    def get_event_loop():
        try:
            return asyncio.get_running_loop()
        except RuntimeError:
            if not current:
                current.append(JumpingLoop())
            return current[0]

    asyncio._set_running_loop(None)
    asyncio.run = run
    asyncio.to_thread = to_thread
    asyncio.new_event_loop = JumpingLoop
    asyncio.get_event_loop = get_event_loop
    asyncio.set_event_loop = lambda loop: current.__setitem__(slice(None), [] if loop is None else [loop])
