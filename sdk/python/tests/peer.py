"""What tests of programs that were written for Railtracks share."""

from pydantic import BaseModel

import sessiond as rt


def agent(**options):
    return rt.agent_node(llm=rt.llm.OpenAILLM("gpt-x"), **options)


class Weather(BaseModel):
    temperature: float
    condition: str


@rt.function_node
def weather_tool(city: str):
    """
    Returns the weather for a city.

    Args:
      city (str): The name of the city.
    """
    return f"{city} is sunny"
