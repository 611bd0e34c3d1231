// What ical.js reads of the iCalendar stream on stdin: a VEVENT a line, as JSON. Its folder is in ICALJS.
const fs = require("node:fs");
const { pathToFileURL } = require("node:url");

async function main() {
  const { default: ICAL } = await import(pathToFileURL(`${process.env.ICALJS}/dist/ical.js`));
  const calendar = new ICAL.Component(ICAL.parse(fs.readFileSync(0, "utf-8")));
  for (const part of calendar.getAllSubcomponents("vevent")) {
    const event = new ICAL.Event(part);
    const texts = [event.uid, event.summary, event.location, event.description].map((text) => text ?? "");
    console.log(JSON.stringify([...texts, event.startDate.toJSDate().toISOString()]));
  }
}

main();
