"""Texts that contain markup or control characters; each could be the title of a video."""

HOSTILE = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<a href='javascript:alert(1)'>x</a>", "<!-- hidden -->",
    "<iframe src=//evil.example></iframe>", "</title><svg/onload=alert(1)>", "<https://evil.example>", "<me@evil.example>",
    "[click](javascript:alert(1))", "[click](https://evil.example)", "![x](https://evil.example/x.png)", "[x][1]",
    "[1]: https://evil.example", "[^1]", "[^1]: note", "https://evil.example/path?x=1", "www.evil.example", "me@evil.example",
    "{{< youtube x >}}", "{{% include \"/etc/passwd\" %}}", "{{ .Site.Params }}", "{% raw %}", "{{</* x */>}}", "{#id .class}",
    "# heading", "###### six", "heading\n=======", "heading\n---", "---", "***", "___", "+++", "~~~", "```sh\nrm -rf /\n```",
    "`code`", "``x` y``", "    indented code", "\tindented", "> quote", ">> quote", "- item", "* item", "+ item", "1. one", "1) one",
    "- [ ] task", "| a | b |\n|---|---|\n| 1 | 2 |", "a | b", "*em*", "_em_", "**strong**", "__strong__", "~~gone~~", "==mark==",
    "H~2~O", "x^2^", "$x^2$", "$$\\int$$", "\\(x\\)", ":smile:", ":::note", "&lt;script&gt;", "&#60;b&#62;", "&nbsp;", "&copy",
    "\\<b>", "\\\\<b>", "a\\", "line\\\nbreak", "two  \nlines", "\u202ereversed", "zero\u200bwidth", "bell\x07", "\x1b[31mred", "nul\x00",
    "\u2028line", "\ufeffbom", "soft\u00adhyphen", "title: x\n---\n", "'quoted'", '"quoted"', "a: b", "a & b", "100% sure; really?",
    "don't (ever)", "C++ & C#", "v1.2.3", "2026-01-01", "(c)", "a -- b", "a --- b", "...", "!!!", "<b", "b>", "<", "&", "\\", "`", "1.",
)  # fmt: skip
