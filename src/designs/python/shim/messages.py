"""Messages and the context that predicates, routers and tools of a script are given."""

import enum
from dataclasses import dataclass, field
from typing import Any


class MessageType(enum.Enum):
    USER_INPUT = "user_input"
    AGENT_RESPONSE = "agent_response"
    TOOL_CALL = "tool_call"
    TOOL_RESULT = "tool_result"
    INTERMEDIATE = "intermediate"
    FINAL_RESULT = "final_result"
    ERROR = "error"


@dataclass
class Message:
    content: Any
    message_type: MessageType = MessageType.USER_INPUT
    metadata: dict = field(default_factory=dict)
    sender: Any = None
    recipient: Any = None

    @property
    def type(self):
        return self.message_type

    def to_dict(self):
        return {
            "content": self.content,
            "message_type": self.message_type.value,
            "metadata": self.metadata,
            "sender": self.sender,
            "recipient": self.recipient,
        }

    @classmethod
    def from_dict(cls, data):
        return cls(
            content=data["content"],
            message_type=MessageType(data["message_type"]),
            metadata=data.get("metadata", {}),
            sender=data.get("sender"),
            recipient=data.get("recipient"),
        )


@dataclass
class Context:
    messages: list = field(default_factory=list)
    state: dict = field(default_factory=dict)
    metadata: dict = field(default_factory=dict)

    def add_message(self, message):
        self.messages.append(message)

    def get_messages_by_type(self, message_type):
        return [each for each in self.messages if each.message_type == message_type]

    def get_latest_message(self, message_type=None):
        for each in reversed(self.messages):
            if message_type is None or each.message_type == message_type:
                return each
        return None

    def set_state(self, key, value):
        self.state[key] = value

    def get_state(self, key, default=None):
        return self.state.get(key, default)


def context_of(given, initial):
    """The context that `{task, messages, state}` stands for; the task is its first message."""
    context = Context(state={**initial, **given.get("state", {})})
    context.add_message(Message(given.get("task", ""), MessageType.USER_INPUT, sender="user"))
    for each in given.get("messages", []):
        kind = MessageType(each.get("type", "agent_response"))
        context.add_message(Message(each.get("content", ""), kind, sender=each.get("sender")))
    return context
