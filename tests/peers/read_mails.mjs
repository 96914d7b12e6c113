/* A list of raw messages on standard input, as mailparser reads them, on standard output. */
import { readFileSync } from "node:fs";
import { simpleParser } from "mailparser";

const read = [];
for (const raw of JSON.parse(readFileSync(0, "utf8"))) {
  const message = await simpleParser(raw);
  read.push({
    subject: message.subject,
    to: message.to.value.map((one) => one.address),
    text: message.text,
    html: message.html,
    attachments: message.attachments.map((one) => ({ name: one.filename, type: one.contentType })),
  });
}
console.log(JSON.stringify(read));
