// The popup of menus.

const GAP = 4;
const LEAST_HEIGHT = 120;

/** Opens and closes `panel` (with `popover="manual"`) below `anchor`, or above it if there is no room below. */
export class Popup {
  #onOutsidePress = (event) => {
    if (!this.panel.contains(event.target) && !this.anchor.contains(event.target)) this.close();
  };
  #onMove = (event) => {
    if (event.type === "scroll" && this.panel.contains(event.target)) return;
    if (this.anchor.isConnected) this.#position();
    else this.close();
  };

  constructor(anchor, panel, onClose = () => {}) {
    this.anchor = anchor;
    this.panel = panel;
    this.onClose = onClose;
  }

  /** Return whether the popup is open. */
  get isOpen() {
    return this.panel.isConnected && this.panel.matches(":popover-open");
  }

  /** Open the popup. */
  open() {
    if (this.isOpen) return;
    this.panel.showPopover();
    this.#position();
    document.addEventListener("pointerdown", this.#onOutsidePress, true);
    window.addEventListener("scroll", this.#onMove, true);
    window.addEventListener("resize", this.#onMove);
  }

  /** Close the popup. */
  close() {
    document.removeEventListener("pointerdown", this.#onOutsidePress, true);
    window.removeEventListener("scroll", this.#onMove, true);
    window.removeEventListener("resize", this.#onMove);
    if (!this.isOpen) return;
    this.panel.hidePopover();
    this.onClose();
  }

  #position() {
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
