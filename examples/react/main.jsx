// The ships of a match as an SVG; one's own is amber.
import { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import { quickPlay } from "@metronome/sdk";

const server = new URLSearchParams(location.search).get("server") ?? "http://127.0.0.1:8080";
const session = quickPlay(server, { mode: "ffa", name: "react" });

/** The ships as they are in this animation frame. */
function useShips() {
  const [ships, show] = useState([]);
  useEffect(() => {
    let frame = requestAnimationFrame(function draw(now) {
      frame = requestAnimationFrame(draw);
      const view = session.view(now);
      if (view.tick >= 0) show([...view.rows("ship")]); // the session's own array is the same in every frame
    });
    return () => cancelAnimationFrame(frame);
  }, []);
  return ships;
}

function Match() {
  const ships = useShips();
  return (
    <svg width="512" height="512" viewBox="0 0 4096 4096">
      {ships.map((ship) => <circle key={ship.life} cx={ship.x} cy={ship.y} r="30" fill={ship.seat === session.seat ? "darkorange" : "steelblue"} />)}
    </svg>
  );
}

createRoot(document.getElementById("root")).render(<Match />);

Object.assign(globalThis, { session }); // to look at on the browser's console
