"""What an answer of several maps costs, before any of them is made."""

from multiconv.figure.planes import outputs_worth, planes_held


def test_inputs_are_no_work_and_partials_a_third_of_an_output_each():
    assert outputs_worth(["input-0", "partial-0", "partial-1", "sum"]) == 2
    assert outputs_worth(["input-0"]) == 1
    assert outputs_worth(["output-0", "output-1", "sum"]) == 3


def test_an_answer_holds_its_maps_room_to_grow_and_one_picture():
    assert planes_held(["sum"] * 8, packed=True) == 8 + 1 + 2 + 9
    assert planes_held(["sum"] * 8, packed=False) == 8 + 1 + 2
