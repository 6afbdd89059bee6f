"""Random bytes and identifiers that are made in portions are as good as those made one by one."""

import os
from concurrent.futures import ThreadPoolExecutor
from uuid import RFC_4122, UUID

from hypothesis import given
from hypothesis import strategies as st

from hub.identity.randomness import PORTION_BYTES, random_bytes, random_uuid, uuid_of

MANY = 3 * PORTION_BYTES // 16


def some_uuids() -> list[UUID]:
    return [random_uuid() for _ in range(MANY)]


def test_no_identifier_comes_twice_whoever_asks() -> None:
    with ThreadPoolExecutor(4) as pool:
        found = [
            each for task in [pool.submit(some_uuids) for _ in range(4)] for each in task.result()
        ]

    assert len(set(found)) == 4 * MANY
    assert {(each.version, each.variant) for each in found} == {(4, RFC_4122)}


def test_every_bit_that_may_be_random_is() -> None:
    ones = zeros = 0
    for each in some_uuids():
        ones |= each.int
        zeros |= ~each.int
    fixed = UUID("00000000-0000-f000-c000-000000000000").int

    assert ones & zeros == ~fixed & (1 << 128) - 1


def test_a_child_process_goes_its_own_way() -> None:
    before = (random_uuid(), random_bytes(16))
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, random_uuid().bytes + random_bytes(16))
        os._exit(0)
    os.waitpid(child, 0)
    told = os.read(reading, 32)
    os.close(reading)
    os.close(writing)

    assert len(told) == 32
    assert before[0] != UUID(bytes=told[:16]) != random_uuid()
    assert before[1] != told[16:] != random_bytes(16)


@given(st.binary(min_size=16, max_size=16))
def test_sixteen_bytes_become_the_identifier_that_the_standard_library_makes(raw: bytes) -> None:
    assert uuid_of(raw) == UUID(bytes=raw)
    assert uuid_of(raw).bytes == raw
