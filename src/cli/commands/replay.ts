export async function replay(): Promise<void> {}
