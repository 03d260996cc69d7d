"""Language models by their providers, and what is said to them.

```python
Agent = rt.agent_node(llm=rt.llm.AnthropicLLM("claude-sonnet-5"), system_message="You are a helpful assistant.")
```
"""

from ..errors import LLMError, ModelError
from . import retries
from ._messages import (
    AssistantMessage,
    Message,
    MessageHistory,
    Role,
    SystemMessage,
    ToolCall,
    ToolCalls,
    ToolMessage,
    ToolResponse,
    UserMessage,
)
from ._models import (
    AnthropicLLM,
    AzureAILLM,
    CohereLLM,
    GeminiLLM,
    HuggingFaceLLM,
    ModelBase,
    OllamaLLM,
    OpenAICompatibleProvider,
    OpenAILLM,
    PortKeyLLM,
    UnsupportedHyperparameterError,
    model_of_name,
)
from ._parameters import ArrayParameter, ObjectParameter, Parameter, RefParameter, UnionParameter
from ._response import MessageInfo, Response, Tool

__all__ = [
    "AnthropicLLM",
    "ArrayParameter",
    "AssistantMessage",
    "AzureAILLM",
    "CohereLLM",
    "GeminiLLM",
    "HuggingFaceLLM",
    "LLMError",
    "Message",
    "MessageHistory",
    "MessageInfo",
    "ModelBase",
    "ModelError",
    "ObjectParameter",
    "OllamaLLM",
    "OpenAICompatibleProvider",
    "OpenAILLM",
    "Parameter",
    "PortKeyLLM",
    "RefParameter",
    "Response",
    "Role",
    "SystemMessage",
    "Tool",
    "ToolCall",
    "ToolCalls",
    "ToolMessage",
    "ToolResponse",
    "UnionParameter",
    "UnsupportedHyperparameterError",
    "UserMessage",
    "model_of_name",
    "retries",
]
