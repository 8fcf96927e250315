import { byId } from "./elements.ts";

const themes = ["auto", "light", "dark"] as const;
type Theme = (typeof themes)[number];
const key = "howdah-report-theme";

/** Lets the button change between the system's colours, light and dark; the browser remembers it where it may. */
export function followTheme(): void {
  const change = byId("theme");
  let theme = remembered();
  const show = (): void => {
    document.documentElement.dataset["theme"] = theme;
    change.textContent = `Colours: ${theme}`;
  };
  change.hidden = false;
  change.addEventListener("click", () => {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length]!;
    try {
      localStorage.setItem(key, theme);
    } catch {
      // A page from a file may not have a store: the choice holds while it is open.
    }
    show();
  });
  show();
}

function remembered(): Theme {
  try {
    const kept = localStorage.getItem(key);
    return themes.find((theme) => theme === kept) ?? "auto";
  } catch {
    return "auto";
  }
}
