/** What Troupe calls of jStat, which brings no types of its own. */
declare module 'jstat' {
  const jStat: {
    readonly studentt: { inv(share: number, freedom: number): number };
    readonly normal: { inv(share: number, mean: number, deviation: number): number };
  };
  export default jStat;
}
