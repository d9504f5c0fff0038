// Says in words that nothing is seen here, or not well. A browser that is too old for the page reads
// this, which stands by itself, all the same; the page takes the words away when it has come to life.

addEventListener("load", function () {
  const words = document.getElementById("unplayed");
  if (words) words.hidden = false;
});
