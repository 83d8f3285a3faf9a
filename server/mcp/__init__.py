"""For agents: the graph as tools, resources and prompts of the Model Context Protocol (https://modelcontextprotocol.io).

    tools      what a tool is: arguments and answers as types, from which their JSON Schemas come
    results    rows, an answer or statements of a query, bounded, as data and as text
    canned     every canned query as a tool
    ask        SPARQL
    find       from words and names to things, and a thing with what is said of it
    schema     classes, properties, prefixes
    reading    resources and prompts
    protocol   all of that as a server of the SDK; the only module, with the next two, that imports the SDK
    http       `/mcp`, one exchange a request
    stdio      `kg mcp`

Every tool answers within a request of the application, so that limits and policy are those of every other client. The
SDK (extra `mcp`) takes half a second to import, and 36 MB: only a first request to `/mcp` and `kg mcp` do so.
"""
