/**
 * Imported by the front door for its effect: in a notebook, tables and figures show themselves from then on. Elsewhere
 * it does nothing.
 */
import { enableDisplays } from "./display.ts";
import { inNotebook } from "./kernel.ts";

if (inNotebook()) enableDisplays();
