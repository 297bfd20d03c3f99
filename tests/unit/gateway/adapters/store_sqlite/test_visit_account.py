from gateway.adapters.store_sqlite.visit_account import Visit, VisitAccount


def test_a_visit_counts_at_once() -> None:
    account = VisitAccount([])
    account.spend(5, "ctr_a")
    account.spend(6, "ctr_a")
    account.spend(7, "ctr_b")
    assert (account.spent("ctr_a"), account.spent("ctr_b"), account.spent("ctr_c")) == (2, 1, 0)


def test_an_acknowledged_visit_counts_until_the_state_contains_it() -> None:
    account = VisitAccount([])
    account.spend(5, "ctr_a")
    account.settle(5, counted_revision=9)
    account.contain(8)
    assert account.spent("ctr_a") == 1
    account.contain(9)
    assert account.spent("ctr_a") == 0


def test_a_newer_state_does_not_contain_a_visit_that_nobody_acknowledged() -> None:
    account = VisitAccount([])
    account.spend(5, "ctr_a")
    account.contain(100)
    assert account.spent("ctr_a") == 1


def test_an_acknowledgement_that_comes_after_its_state_is_enough() -> None:
    account = VisitAccount([])
    account.spend(5, "ctr_a")
    account.contain(9)
    account.settle(5, counted_revision=9)
    assert account.spent("ctr_a") == 0


def test_later_visits_stay_when_earlier_ones_are_settled() -> None:
    account = VisitAccount([])
    for seq in range(4):
        account.spend(seq, "ctr_a")
    account.settle(1, counted_revision=3)
    account.contain(3)
    assert account.spent("ctr_a") == 2


def test_visits_of_an_earlier_run_count_as_they_were_left() -> None:
    account = VisitAccount([Visit(1, "ctr_a", counted_revision=4), Visit(2, "ctr_a")])
    assert account.spent("ctr_a") == 2
    account.contain(4)
    assert account.spent("ctr_a") == 1
    account.settle(2, counted_revision=4)
    assert account.spent("ctr_a") == 0
