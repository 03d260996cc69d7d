"""How long to wait until a model is asked again."""

from __future__ import annotations

import random


class RetryApproach:
    """A way to wait. Make a subclass with `_compute_delay` to have one of your own."""

    def __init__(self, max_tries: int = 3) -> None:
        """Ask `max_tries` times in all."""
        if max_tries < 1:
            raise ValueError(f"a model is asked once or more, not {max_tries!r} times")
        self.max_tries = max_tries

    @classmethod
    def approach_name(cls) -> str:
        """Give its name."""
        return cls.__name__

    def _compute_delay(self, attempt: int) -> float:
        raise NotImplementedError

    def delay(self, attempt: int) -> float:
        """Give the seconds to wait after a failed attempt; the first one is 1."""
        return max(0.0, self._compute_delay(attempt))


class FixedRetry(RetryApproach):
    """Waits as long each time."""

    def __init__(self, max_tries: int = 3, pause: float = 1.0) -> None:
        """Wait so many seconds."""
        super().__init__(max_tries)
        self.pause = pause

    def _compute_delay(self, attempt: int) -> float:
        return self.pause


class LinearRetry(RetryApproach):
    """Waits longer each time, by the same number of seconds."""

    def __init__(self, max_tries: int = 3, increment: float = 1.0) -> None:
        """Wait so many seconds more each time."""
        super().__init__(max_tries)
        self.increment = increment

    def _compute_delay(self, attempt: int) -> float:
        return self.increment * attempt


class ExponentialRetry(RetryApproach):
    """Waits so many times as long each time."""

    def __init__(self, max_tries: int = 3, base: float = 2.0, jitter: bool = True) -> None:
        """Wait `base` to the power of the attempt, in seconds; with jitter up to that."""
        super().__init__(max_tries)
        self.base = base
        self.jitter = jitter

    def _compute_delay(self, attempt: int) -> float:
        delay = float(self.base**attempt)
        return random.uniform(0, delay) if self.jitter else delay
