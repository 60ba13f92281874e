// A list that opens at a control: the one thing menus of all kinds share.

const GAP = 4;
const LEAST_HEIGHT = 120;

/** Opens and closes `panel` (which has `popover="manual"`) beneath `anchor`, or above it where there is no room. */
export class Popup {
  #outside = (event) => {
    if (!this.panel.contains(event.target) && !this.anchor.contains(event.target)) this.close();
  };
  #moved = (event) => {
    if (event.type === "scroll" && this.panel.contains(event.target)) return;
    if (this.anchor.isConnected) this.#place();
    else this.close();
  };

  constructor(anchor, panel, onClose = () => {}) {
    this.anchor = anchor;
    this.panel = panel;
    this.onClose = onClose;
  }

  /** Whether the list can be seen. */
  get isOpen() {
    return this.panel.isConnected && this.panel.matches(":popover-open");
  }

  /** Show the list. */
  open() {
    if (this.isOpen) return;
    this.panel.showPopover();
    this.#place();
    document.addEventListener("pointerdown", this.#outside, true);
    window.addEventListener("scroll", this.#moved, true);
    window.addEventListener("resize", this.#moved);
  }

  /** Put the list away. */
  close() {
    document.removeEventListener("pointerdown", this.#outside, true);
    window.removeEventListener("scroll", this.#moved, true);
    window.removeEventListener("resize", this.#moved);
    if (!this.isOpen) return;
    this.panel.hidePopover();
    this.onClose();
  }

  #place() {
    const box = this.anchor.getBoundingClientRect();
    const below = window.innerHeight - box.bottom - 2 * GAP;
    const above = box.top - 2 * GAP;
    const upwards = below < Math.min(this.panel.scrollHeight, LEAST_HEIGHT) && above > below;
    const { style } = this.panel;
    style.minWidth = `${Math.min(box.width, window.innerWidth - 2 * GAP)}px`;
    style.maxHeight = `${Math.min(upwards ? above : below, 320)}px`;
    style.left = `${Math.max(GAP, Math.min(box.left, window.innerWidth - this.panel.offsetWidth - GAP))}px`;
    style.top = upwards ? "auto" : `${box.bottom + GAP}px`;
    style.bottom = upwards ? `${window.innerHeight - box.top + GAP}px` : "auto";
  }
}
