import gc

import pytest

from engine.garbage import collected_later


def test_cycles_are_left_alone_while_a_batch_is_made_and_no_longer():
    with collected_later():
        assert not gc.isenabled()

    assert gc.isenabled()


def test_a_batch_that_fails_turns_the_collector_on_again():
    with pytest.raises(ValueError, match="batch"), collected_later():
        raise ValueError("batch")

    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off():
    gc.disable()
    try:
        with collected_later():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
