"""Structured answers of agents."""

import pytest
from model_server import calls, says
from weather import Checked, Forecast, Report, get_weather

import sessiond as rt


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (Report, Report("Bonn", 20)),
        (Forecast, {"city": "Bonn", "degrees": 20}),
        (Checked, Checked(city="Bonn", degrees=20)),
    ],
)
def test_a_structured_answer_is_what_was_asked_for_and_comes_back_when_it_is_resumed(serve, schema, expected):
    server = serve(says('{"city": "Bonn", "degrees": 20}'))
    agent = rt.agent_node("Weather", output_schema=schema, model=server.model())
    with rt.Session() as run:
        result = rt.call_sync(agent, "Bonn?")
    assert (result.structured, type(result.structured)) == (expected, type(expected))
    with rt.Session.resume(run.id):
        assert rt.call_sync(agent, "Bonn?") == result
    assert len(server.asked) == 1


def test_what_services_are_asked_to_hold_the_model_to_is_strict_where_they_take_it(serve):
    server = serve(says('{"city": "Bonn", "degrees": 20, "note": null}'), says('{"value": [1, 2]}'))
    rt.call_sync(rt.agent_node("Weather", output_schema=Report, model=server.model()), "Bonn?")
    asked = server.asked[0]["response_format"]["json_schema"]
    assert (asked["strict"], asked["schema"]["required"]) == (True, ["city", "degrees", "note"])
    assert asked["schema"]["properties"]["degrees"]["description"] == "In Celsius."
    numbers = rt.call_sync(rt.agent_node("Numbers", output_schema=list[int], model=server.model()), "Two?")
    assert numbers.structured == [1, 2]


def test_an_answer_of_the_wrong_shape_is_asked_for_again(serve):
    server = serve(says("It is warm."), says('{"city": "Bonn"}'), says('```json\n{"city": "Bonn", "degrees": 20}\n```'))
    agent = rt.agent_node("Weather", output_schema=Report, model=server.model())
    assert rt.call_sync(agent, "Bonn?").structured == Report("Bonn", 20)
    assert "it is not JSON" in server.said(1)[-1]
    assert "the answer lacks degrees" in server.said(2)[-1]


def test_what_pydantic_refuses_is_told_to_the_model(serve):
    server = serve(says('{"city": "Bonn", "degrees": -100}'), says('{"city": "Bonn", "degrees": 20}'))
    agent = rt.agent_node("Weather", output_schema=Checked, model=server.model())
    assert rt.call_sync(agent, "Bonn?").structured.degrees == 20
    assert "the answer.degrees: Input should be greater than or equal to -90" in server.said(1)[-1]


def test_an_answer_that_never_fits_is_an_error_that_says_what_was_wrong(serve):
    server = serve(says("no"), says("never"), says("not at all"))
    agent = rt.agent_node("Weather", output_schema=Report, model=server.model())
    with pytest.raises(rt.AgentError, match=r'3 times: it is not JSON.*"not at all"') as raised:
        rt.call_sync(agent, "Bonn?")
    assert raised.value.code == "output"


def test_one_that_has_tools_answers_in_its_words_first_and_in_the_right_shape_then(serve):
    server = serve(
        calls(("get_weather", {"city": "Bonn"})), says("It is sunny."), says('{"city": "Bonn", "degrees": 20}')
    )
    agent = rt.agent_node("Weather", tools=[get_weather], output_schema=Report, model=server.model())
    assert rt.call_sync(agent, "Bonn?").structured == Report("Bonn", 20)
    assert "response_format" not in server.asked[1]
    assert server.asked[2]["tool_choice"] == "none"
