"""When an answer may leave that must not tell who is known (EN-05): on a tick, however long its writes took.

May not sleep, nor read a clock; the step does both.
"""

# Above what an answer takes by itself, so that nearly all leave on the first tick; a longer one waits for the next.
TICK_SECONDS = 0.2


def until_next_tick(elapsed: float) -> float:
    """Seconds to wait, from 0 to less than one tick, after so many have passed.

    Attack: the store takes half a millisecond longer to count an attempt on an account than to find that there is
    none, and some hundred answers tell the two apart. Defence: answers leave on ticks, the same for every address.
    """
    return -elapsed % TICK_SECONDS
