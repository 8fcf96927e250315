/** The line of a generated page that says so. */
export const note = (from) => `<!-- Written by \`npm run docs\` from ${from}: change that, not this page. -->`;
export const row = (...cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
export const code = (text) => (text.includes("`") ? `\`\` ${text} \`\`` : `\`${text}\``);
