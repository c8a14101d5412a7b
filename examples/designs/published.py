# The published dialect: Python against the workflow classes of MetaAgent-X.
from workflow import AgentNode, EnsembleNode, ReflectionNode, Workflow

workflow = Workflow(name="vote, then reflect")
solvers = [
    AgentNode(name=f"Solver{i}", system_prompt=f"Solve it by {way}. Put the answer in \\boxed{{}}.")
    for i, way in enumerate(["algebra", "trying cases", "estimation"], start=1)
]
workflow.add_node(EnsembleNode(name="ensemble", agents=solvers, strategy="majority_vote"))
workflow.add_node(ReflectionNode(name="reflection", agent=AgentNode(name="Polisher", system_prompt="Polish it.")))

result = workflow.run("How many primes are there below 30?")
print("FINAL ANSWER:", result.content)
