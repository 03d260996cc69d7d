/** What a token is for the scheme that is shown: a canvas knows no `light-dark()`, so the half for it is taken. */
export function tokensOf(element: Element, dark: boolean): (token: string) => string {
  const style = getComputedStyle(element);
  return (token) => {
    const value = style.getPropertyValue(token).trim();
    const [, light, night] = /light-dark\(([^,]+),\s*(.+)\)$/.exec(value) ?? [];
    return (dark ? night : light) ?? value;
  };
}
