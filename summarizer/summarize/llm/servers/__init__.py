"""Language models behind the OpenAI chat API: any server, or llama.cpp inside this process.

What a server sends is read as leniently as possible (`replies`) and checked as strictly as the answer of any model.
Every request has a limit for its time and its size as a whole (`transport`). Parameters that a server does not support
are left out (`parameters`); what remains of its errors becomes a typed error with the server's own words (`trouble`).
"""
